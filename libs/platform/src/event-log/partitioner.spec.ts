import fc from 'fast-check';
import { murmur2, partitionOf } from './partitioner';

// Not exported by kafkajs, and untyped.
const kafkajsMurmur2 = jest.requireActual<(key: Buffer) => number>('kafkajs/src/producer/partitioners/default/murmur2');

describe('murmur2', () => {
  // Kafka, clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java, testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %j as the Java client does', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('hashes every key as kafkajs does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(murmur2(bytes)).toBe(kafkajsMurmur2(Buffer.from(bytes)));
      }),
    );
  });
});

describe('partitionOf', () => {
  it('stays within the partitions for every key', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 120 }), (key, partitions) => {
        const partition = partitionOf(key, partitions);
        expect(partition).toBeGreaterThanOrEqual(0);
        expect(partition).toBeLessThan(partitions);
      }),
    );
  });

  it('finds the partition of every key as kafkajs does, however long it is', () => {
    const key = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.nat({ max: 3000 }).map((length) => '標'.repeat(length)),
    );
    fc.assert(
      fc.property(key, (text) => {
        expect(partitionOf(text, 120)).toBe((kafkajsMurmur2(Buffer.from(text)) & 0x7fffffff) % 120);
      }),
    );
  });

  it('clears the sign of a negative hash instead of negating it', () => {
    // murmur2('foobar') = -790332482; & 0x7fffffff = 1357151166; mod 12 = 6. Negated it would be 790332482 mod 12 = 2.
    expect(partitionOf('foobar', 12)).toBe(6);
  });
});
