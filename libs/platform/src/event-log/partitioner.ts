/**
 * 32-bit MurmurHash2 of the first `length` bytes as Kafka's Java client computes it (`org.apache.kafka.common.utils.Utils.murmur2`), so that a record of a
 * tool in any language lands in the partition in which this code would look for it. Signed, as in Java.
 */
export function murmur2(data: Uint8Array, length = data.length): number {
  const multiplier = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let word = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = length - whole;
  if (rest >= 3) hash ^= data[whole + 2]! << 16;
  if (rest >= 2) hash ^= data[whole + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ data[whole]!, multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}

/** Partition of a key (UTF-8), from 0: that of Kafka's default partitioner, which clears the sign bit and does not negate. */
export function partitionOf(key: string, partitions: number): number {
  // Three bytes are the most that a UTF-16 unit takes in UTF-8.
  const isShort = 3 * key.length <= scratch.length;
  const hash = isShort ? murmur2(scratch, scratch.write(key)) : murmur2(Buffer.from(key));
  return (hash & 0x7fffffff) % partitions;
}

/** Keys are written here: to allocate a buffer for each costs more than the hash. */
const scratch = Buffer.alloc(4096);
