/**
 * Numbers texts, from 0 in the order in which they first come, straight from their bytes: a text of its own for each cell of a file would be most of the
 * time and of the memory of reading it.
 */
export class ByteNames {
  count = 0;
  /** Bytes of all names, one behind the other; name i ends before ends[i]. */
  private bytes = Buffer.alloc(1 << 12);
  private ends = new Int32Array(1 << 8).fill(-1, 0, 1);
  private hashes = new Int32Array(1 << 8);
  /** Open addressing, at most half full: 1 + the number of a name, 0 where there is none. */
  private slots = new Int32Array(1 << 9);
  private last = 0;

  /** The number of a text; `count` grows where it is new. */
  indexOf(source: Buffer, start: number, end: number): number {
    // Rows of an item mostly follow each other.
    if (this.isName(this.last, source, start, end)) return this.last;
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ source[i]!, 0x01000193);
    hash ^= hash >>> 15;
    const { slots, hashes } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    let index = slots[slot]! - 1;
    while (index >= 0 && !(hashes[index] === hash && this.isName(index, source, start, end))) {
      slot = (slot + 1) & mask;
      index = slots[slot]! - 1;
    }
    this.last = index >= 0 ? index : this.add(source, start, end, hash);
    return this.last;
  }

  private isName(index: number, source: Buffer, start: number, end: number): boolean {
    const { bytes, ends } = this;
    let at = index > 0 ? ends[index - 1]! : 0;
    // Of no names the last ends at -1.
    if (ends[index]! - at !== end - start) return false;
    for (let i = start; i < end; i++) if (bytes[at++] !== source[i]) return false;
    return true;
  }

  private add(source: Buffer, start: number, end: number, hash: number): number {
    const index = this.count++;
    const begin = index === 0 ? 0 : this.ends[index - 1]!;
    const length = begin + end - start;
    if (length > this.bytes.length) {
      this.bytes = Buffer.concat([this.bytes], Math.max(length, 2 * this.bytes.length));
    }
    if (index === this.ends.length) {
      this.ends = twice(this.ends);
      this.hashes = twice(this.hashes);
      this.slots = new Int32Array(2 * this.slots.length);
      for (let other = 0; other < index; other++) this.place(other);
    }
    for (let i = start; i < end; i++) this.bytes[begin + i - start] = source[i]!;
    this.ends[index] = length;
    this.hashes[index] = hash;
    this.place(index);
    return index;
  }

  private place(index: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[index]! & mask;
    while (this.slots[slot]! > 0) slot = (slot + 1) & mask;
    this.slots[slot] = index + 1;
  }
}

function twice(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}
