/** Sparse vectors that add up: entries of row r are those from start[r] up to but without start[r + 1]. */
export interface SumRows {
  width: number;
  /** One longer than the number of rows. */
  start: Int32Array;
  /** Place in the vector. */
  index: Int32Array;
  value: Float64Array;
}

/** The sum of all rows, each times its multiplicity, into `sums`. */
export function addRows(rows: SumRows, multiplicity: Int32Array, sums: Float64Array): void {
  const { start, index, value } = rows;
  for (let r = 0; r + 1 < start.length; r++) {
    const times = multiplicity[r]!;
    if (times === 0) continue;
    for (let entry = start[r]!; entry < start[r + 1]!; entry++) sums[index[entry]!]! += times * value[entry]!;
  }
}

/** Collects rows one after the other; what is added to a place of the current row several times is one entry. */
export class SumRowsBuilder {
  private readonly starts = [0];
  private index = new Int32Array(1024);
  private value = new Float64Array(1024);
  private length = 0;
  /** Entry of each place in the current row, or of an earlier row (below the row's start): not there yet. */
  private readonly entry: Int32Array;

  constructor(private readonly width: number) {
    this.entry = new Int32Array(width).fill(-1);
  }

  add(place: number, value: number): void {
    const entry = this.entry[place]!;
    if (entry >= this.starts[this.starts.length - 1]!) {
      this.value[entry]! += value;
      return;
    }
    if (this.length === this.index.length) this.grow();
    this.entry[place] = this.length;
    this.index[this.length] = place;
    this.value[this.length++] = value;
  }

  endRow(): void {
    this.starts.push(this.length);
  }

  rows(): SumRows {
    const { width, starts, index, value, length } = this;
    return {
      width,
      start: Int32Array.from(starts),
      index: index.subarray(0, length),
      value: value.subarray(0, length),
    };
  }

  private grow(): void {
    const index = new Int32Array(2 * this.index.length);
    const value = new Float64Array(2 * this.value.length);
    index.set(this.index);
    value.set(this.value);
    this.index = index;
    this.value = value;
  }
}
