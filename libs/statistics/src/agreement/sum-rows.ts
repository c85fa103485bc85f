/** Sparse vectors that add up: entries of row r are those from start[r] up to but without start[r + 1]. */
export interface SumRows {
  width: number;
  /** One longer than the number of rows. */
  start: Int32Array;
  /** Place in the vector. */
  index: Int32Array;
  value: Float64Array;
}

/** Sums all rows, each times its multiplicity, into `sums`. */
export type Summation = (multiplicity: Float64Array, sums: Float64Array) => void;

/** How rows are summed fastest, many times: by columns where most of them are full, else entry by entry. */
export function summation(rows: SumRows): Summation {
  const places = [...new Set(rows.index)];
  const count = rows.start.length - 1;
  return 2 * rows.index.length > count * places.length ? byColumns(rows, places) : byEntries(rows);
}

function byEntries({ start, index, value }: SumRows): Summation {
  return (multiplicity, sums) => {
    sums.fill(0);
    for (let r = 0; r + 1 < start.length; r++) {
      const times = multiplicity[r]!;
      if (times === 0) continue;
      for (let entry = start[r]!; entry < start[r + 1]!; entry++) sums[index[entry]!]! += times * value[entry]!;
    }
  };
}

/** Four columns at a time: their sums stay in registers, in a third of the time. Beyond the last column stand zeros. */
function byColumns({ start, index, value }: SumRows, places: readonly number[]): Summation {
  const rows = start.length - 1;
  const blocks = Math.ceil(places.length / 4);
  const columnOf = new Map(places.map((place, column) => [place, column]));
  const cells = new Float64Array(4 * blocks * rows);
  for (let r = 0; r < rows; r++) {
    for (let entry = start[r]!; entry < start[r + 1]!; entry++) {
      const column = columnOf.get(index[entry]!)!;
      cells[4 * ((column >> 2) * rows + r) + (column & 3)] = value[entry]!;
    }
  }
  const totals = new Float64Array(4 * blocks);
  return (multiplicity, sums) => {
    for (let block = 0, at = 0; block < blocks; block++) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let r = 0; r < rows; r++) {
        const times = multiplicity[r]!;
        a += times * cells[at]!;
        b += times * cells[at + 1]!;
        c += times * cells[at + 2]!;
        d += times * cells[at + 3]!;
        at += 4;
      }
      totals[4 * block] = a;
      totals[4 * block + 1] = b;
      totals[4 * block + 2] = c;
      totals[4 * block + 3] = d;
    }
    sums.fill(0);
    for (let column = 0; column < places.length; column++) sums[places[column]!] = totals[column]!;
  };
}

/** The rows of cells that lie one row behind the other. */
export function rowsOfCells(cells: Float64Array, width: number): SumRows {
  const builder = new SumRowsBuilder(width);
  for (let row = 0; row < cells.length; row += width) {
    for (let place = 0; place < width; place++) if (cells[row + place] !== 0) builder.add(place, cells[row + place]!);
    builder.endRow();
  }
  return builder.rows();
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
