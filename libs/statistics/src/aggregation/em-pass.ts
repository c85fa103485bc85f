import { EM_PASS } from './em-pass.wasm';
import { type LabelTable } from './label-table';

/** States that the lanes of `em-pass.wat` have room for. */
const LANES = 6;

/** Where cells begin in its memory; before them are masks and the largest move. */
const CELLS = 64;
const LARGEST_MOVE = 48;

const PAGE = 1 << 16;
/** Addresses are written as numbers of 31 bits. */
const MOST_BYTES = 2 ** 31;

/** An E-step over all items with the sums for an M-step, in WebAssembly (`em-pass.wat`): a third of the time of the same in JavaScript. */
export interface EmPass {
  /** T * states: those of the last pass that looked at them. */
  posteriors: Float64Array;
  /**
   * @param counts are overwritten with the expected ones, laid out like the parameters.
   * @param isFar posteriors stay what they were, and the largest move is Infinity.
   */
  run(parameters: Float64Array, counts: Float64Array, isFar: boolean): { logLikelihood: number; largestMove: number };
}

type Pass = (cells: number, width: number, starts: number, items: number, posteriors: number) => number;

/** What is used of it: TypeScript has its types only together with all those of browsers. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { pass: Pass } };
};

let compiled: object | undefined;

/**
 * The pass over a table; undefined for more than six states, and for tables of more than 2 GiB.
 * @param mask as in `Expectation`.
 */
export function emPass(table: LabelTable, states: number, mask?: Uint8Array): EmPass | undefined {
  const masks = masksOf(states, table.items.length, mask);
  const width = 8 * states;
  const rows = 1 + table.workers.length * table.labels.length;
  const starts = CELLS + 2 * width * (rows + masks.rows.length) + 8 * LANES;
  const labels = starts + 4 * (table.items.length + 1);
  const posteriors = 8 * Math.ceil((labels + 4 * (table.label.length + masks.items)) / 8);
  const bytes = posteriors + 8 * (table.items.length * states + LANES);
  if (states > LANES || bytes > MOST_BYTES) return undefined;

  // Pages that nobody writes to are not resident.
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  compiled ??= new WebAssembly.Module(Buffer.from(EM_PASS, 'base64'));
  const imports = { math: { log: Math.log }, memory: { memory } };
  const { pass } = new WebAssembly.Instance(compiled, imports).exports;
  new BigInt64Array(memory.buffer, 0, LANES).fill(-1n, 0, states);
  const cells = new Float64Array(memory.buffer, CELLS, 2 * states * (rows + masks.rows.length));
  masks.rows.forEach((row, m) => cells.set(row, 2 * states * (rows + m)));
  const rowAddress = (row: number) => CELLS + 2 * width * row;
  writeLabels(table, new Int32Array(memory.buffer, starts, (posteriors - starts) / 4), labels, {
    ofLabel: (i) => rowAddress(1 + table.worker[i]! * table.labels.length + table.label[i]!),
    ofMask: (t) => (masks.ofItem?.[t] ? rowAddress(rows + masks.ofItem[t] - 1) : 0),
  });
  return {
    posteriors: new Float64Array(memory.buffer, posteriors, table.items.length * states),
    run(parameters, counts, isFar) {
      layIn(parameters, states, cells);
      const logLikelihood = pass(CELLS, width, starts, table.items.length, isFar ? 0 : posteriors);
      takeOut(cells, states, counts);
      return { logLikelihood, largestMove: isFar ? Infinity : new Float64Array(memory.buffer, LARGEST_MOVE, 1)[0]! };
    },
  };
}

/** What is known of items as further rows of probabilities, 0 and 1: an item of which something is known has one label more, of such a row. */
interface Masks {
  rows: readonly Uint8Array[];
  /** T: 1 + the row of each item, 0 where nothing is known of it. */
  ofItem?: Int32Array;
  /** Items of which something is known. */
  items: number;
}

function masksOf(states: number, items: number, mask: Uint8Array | undefined): Masks {
  if (mask === undefined) return { rows: [], items: 0 };
  const rows: Uint8Array[] = [];
  const known = new Map<string, number>();
  const ofItem = new Int32Array(items);
  let count = 0;
  for (let t = 0; t < items; t++) {
    const row = mask.subarray(t * states, (t + 1) * states);
    if (!row.includes(0)) continue;
    const key = row.join('');
    if (!known.has(key)) known.set(key, rows.push(row));
    ofItem[t] = known.get(key)!;
    count += 1;
  }
  return { rows, ofItem, items: count };
}

/**
 * Writes where the labels of each item begin, and of each label its row.
 * @param addresses of the starts, and behind them of the labels, whose own address is `labels`.
 */
function writeLabels(
  { itemStart, items }: LabelTable,
  addresses: Int32Array,
  labels: number,
  row: { ofLabel: (i: number) => number; ofMask: (t: number) => number },
): void {
  const first = items.length + 1;
  let at = first;
  for (let t = 0; t < items.length; t++) {
    addresses[t] = labels + 4 * (at - first);
    const mask = row.ofMask(t);
    if (mask > 0) addresses[at++] = mask;
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) addresses[at++] = row.ofLabel(i);
  }
  addresses[items.length] = labels + 4 * (at - first);
}

/** Writes parameters into the rows, and zeros for their counts. */
function layIn(parameters: Float64Array, states: number, cells: Float64Array): void {
  for (let from = 0; from < parameters.length; from += states) {
    for (let s = 0; s < states; s++) {
      cells[2 * from + s] = parameters[from + s]!;
      cells[2 * from + states + s] = 0;
    }
  }
}

function takeOut(cells: Float64Array, states: number, counts: Float64Array): void {
  for (let from = 0; from < counts.length; from += states) {
    for (let s = 0; s < states; s++) counts[from + s] = cells[2 * from + states + s]!;
  }
}
