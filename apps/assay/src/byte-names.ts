/** Texts of so many bytes and fewer are told apart by two numbers, in which all their bytes are; of longer ones the bytes are kept. */
const SHORT = 7;

/**
 * Numbers texts, from 0 in the order in which they first come, straight from their bytes: a text of its own for each cell of a file would be most of the
 * time and of the memory of reading it.
 */
export class ByteNames {
  count = 0;
  /** Two numbers a name: of a short one all its bytes and their count, of a long one two hashes. */
  private keys = new Int32Array(1 << 9);
  /** Bytes of the long names, one behind the other; those of name i, where it is long, end before ends[i]. */
  private bytes = Buffer.alloc(1 << 12);
  private ends = new Int32Array(1 << 8);
  /** Open addressing, at most half full: 1 + the number of a name, 0 where there is none. */
  private slots = new Int32Array(1 << 9);
  private last = -1;
  /** 1 + the number of each text of one byte: labels often are such. */
  private readonly ofByte = new Int32Array(256);

  /** The number of a text; `count` grows where it is new. */
  indexOf(source: Buffer, start: number, end: number): number {
    if (end - start !== 1) return this.indexOfText(source, start, end);
    const known = this.ofByte[source[start]!]!;
    if (known > 0) return known - 1;
    const index = this.indexOfText(source, start, end);
    this.ofByte[source[start]!] = index + 1;
    return index;
  }

  private indexOfText(source: Buffer, start: number, end: number): number {
    const isShort = end - start <= SHORT;
    let low = 0;
    let high = end - start;
    if (isShort) {
      const middle = Math.min(end, start + 4);
      for (let i = start; i < middle; i++) low = (low << 8) | source[i]!;
      for (let i = middle; i < end; i++) high = (high << 8) | source[i]!;
    } else {
      for (let i = start; i < end; i++) {
        low = Math.imul(low ^ source[i]!, 0x01000193);
        high = Math.imul(high ^ source[i]!, 0x5bd1e995);
      }
    }
    // Rows of an item mostly follow each other.
    if (this.last >= 0 && this.isName(this.last, low, high, isShort, source, start, end)) return this.last;
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = slotOf(low, high) & mask;
    let index = slots[slot]! - 1;
    while (index >= 0 && !this.isName(index, low, high, isShort, source, start, end)) {
      slot = (slot + 1) & mask;
      index = slots[slot]! - 1;
    }
    this.last = index >= 0 ? index : this.add(low, high, isShort, source, start, end);
    return this.last;
  }

  private isName(
    index: number,
    low: number,
    high: number,
    isShort: boolean,
    source: Buffer,
    start: number,
    end: number,
  ): boolean {
    if (this.keys[2 * index] !== low || this.keys[2 * index + 1] !== high) return false;
    let at = index > 0 ? this.ends[index - 1]! : 0;
    const kept = this.ends[index]! - at;
    // Numbers of a short name can be the hashes of a long one.
    if (isShort) return kept === 0;
    if (kept !== end - start) return false;
    for (let i = start; i < end; i++) if (this.bytes[at++] !== source[i]) return false;
    return true;
  }

  private add(low: number, high: number, isShort: boolean, source: Buffer, start: number, end: number): number {
    const index = this.count++;
    if (index === this.ends.length) this.grow();
    const begin = index === 0 ? 0 : this.ends[index - 1]!;
    const length = isShort ? begin : begin + end - start;
    if (length > this.bytes.length) {
      this.bytes = Buffer.concat([this.bytes], Math.max(length, 2 * this.bytes.length));
    }
    if (!isShort) source.copy(this.bytes, begin, start, end);
    this.ends[index] = length;
    this.keys[2 * index] = low;
    this.keys[2 * index + 1] = high;
    this.place(index);
    return index;
  }

  private grow(): void {
    const names = this.ends.length;
    this.ends = twice(this.ends);
    this.keys = twice(this.keys);
    this.slots = new Int32Array(2 * this.slots.length);
    for (let name = 0; name < names; name++) this.place(name);
  }

  private place(index: number): void {
    const mask = this.slots.length - 1;
    let slot = slotOf(this.keys[2 * index]!, this.keys[2 * index + 1]!) & mask;
    while (this.slots[slot]! > 0) slot = (slot + 1) & mask;
    this.slots[slot] = index + 1;
  }
}

function slotOf(low: number, high: number): number {
  const hash = Math.imul(low ^ Math.imul(high, 0x01000193), 0x5bd1e995);
  return hash ^ (hash >>> 15);
}

function twice(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}
