/**
 * The matching of rows to columns with the largest total gain: for each row its column, -1 where it has none (more rows than columns). The
 * Hungarian method with shortest augmenting paths, O(rows^2 * columns) with the smaller side as rows.
 * @param gain rows * columns cells [row * columns + column], finite.
 */
export function bestAssignment(gain: ArrayLike<number>, rows: number, columns: number): Int32Array {
  if (rows > columns) {
    const turned = bestAssignment(transposed(gain, rows, columns), columns, rows);
    const column = new Int32Array(rows).fill(-1);
    turned.forEach((row, at) => (column[row] = at));
    return column;
  }
  // One-based, as in the classical formulation: column 0 stands for "no column yet".
  const rowPrice = new Float64Array(rows + 1);
  const columnPrice = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) augment(gain, row, columns, rowPrice, columnPrice, rowOf);
  const column = new Int32Array(rows).fill(-1);
  for (let j = 1; j <= columns; j++) if (rowOf[j]! > 0) column[rowOf[j]! - 1] = j - 1;
  return column;
}

/** Finds the cheapest path that gives `row` a column, and turns it over. */
function augment(
  gain: ArrayLike<number>,
  row: number,
  columns: number,
  rowPrice: Float64Array,
  columnPrice: Float64Array,
  rowOf: Int32Array,
): void {
  const slack = new Float64Array(columns + 1).fill(Infinity);
  const before = new Int32Array(columns + 1);
  const visited = new Uint8Array(columns + 1);
  let at = 0;
  rowOf[0] = row;
  do {
    visited[at] = 1;
    const i = rowOf[at]!;
    let least = Infinity;
    let nearest = 0;
    for (let j = 1; j <= columns; j++) {
      if (visited[j]) continue;
      const reduced = -gain[(i - 1) * columns + j - 1]! - rowPrice[i]! - columnPrice[j]!;
      if (reduced < slack[j]!) [slack[j], before[j]] = [reduced, at];
      if (slack[j]! < least) [least, nearest] = [slack[j]!, j];
    }
    for (let j = 0; j <= columns; j++) {
      if (visited[j]) {
        rowPrice[rowOf[j]!]! += least;
        columnPrice[j]! -= least;
      } else slack[j]! -= least;
    }
    at = nearest;
  } while (rowOf[at] !== 0);
  for (; at > 0; at = before[at]!) rowOf[at] = rowOf[before[at]!]!;
}

function transposed(cells: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = cells[r * columns + c]!;
  return turned;
}
