/** Labels in the order of their items, with who gave them: a `LabelTable` is one. */
export interface LabelsOfWorkers {
  /** One longer than the number of items. */
  itemStart: Int32Array;
  worker: Int32Array;
  label: Int32Array;
  workers: { readonly length: number };
  labels: { readonly length: number };
}

/** What two workers, u < v, said on the items that both labelled: `first[i]` by u and `second[i]` by v on `item[i]`. Overwritten by the next pair. */
export interface WorkerPair {
  u: number;
  v: number;
  item: Int32Array;
  first: Int32Array;
  second: Int32Array;
}

/**
 * Visits every pair of workers with at least so many items in common, by rising u, then v. Where a worker labelled an item several times,
 * the first label in the table counts. Time grows with the pairs of labels on an item, memory with the labels of one worker's items.
 */
export function forEachPair(table: LabelsOfWorkers, leastCommon: number, visit: (pair: WorkerPair) => void): void {
  const W = table.workers.length;
  const place = rowsByWorker(table);
  const common = new Int32Array(W);
  const offset = new Int32Array(W);
  let space = new PairSpace(1024);
  for (let u = 0; u < W; u++) {
    const others: number[] = [];
    eachShared(table, place, u, (v) => {
      if (common[v]! === 0) others.push(v);
      common[v]! += 1;
    });
    others.sort((a, b) => a - b);
    let length = 0;
    for (const v of others) {
      offset[v] = common[v]! < leastCommon ? -1 : length;
      if (offset[v]! >= 0) length += common[v]!;
    }
    if (length > space.item.length) space = new PairSpace(2 * length);
    eachShared(table, place, u, (v, item, own, other) => {
      const at = offset[v]!;
      if (at < 0) return;
      space.item[at] = item;
      space.first[at] = own;
      space.second[at] = other;
      offset[v]! += 1;
    });
    for (const v of others) {
      if (common[v]! >= leastCommon) visit(space.pair(u, v, offset[v]! - common[v]!, offset[v]!));
      common[v] = 0;
    }
  }
}

class PairSpace {
  readonly item: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;

  constructor(length: number) {
    this.item = new Int32Array(length);
    this.first = new Int32Array(length);
    this.second = new Int32Array(length);
  }

  pair(u: number, v: number, from: number, to: number): WorkerPair {
    return {
      u,
      v,
      item: this.item.subarray(from, to),
      first: this.first.subarray(from, to),
      second: this.second.subarray(from, to),
    };
  }
}

interface RowsByWorker {
  start: Int32Array;
  /** Rows of the table by worker, then item. */
  row: Int32Array;
  /** Item of each row of the table. */
  item: Int32Array;
}

function rowsByWorker({ itemStart, worker, workers }: LabelsOfWorkers): RowsByWorker {
  const start = new Int32Array(workers.length + 1);
  const item = new Int32Array(worker.length);
  for (let t = 0; t + 1 < itemStart.length; t++) item.fill(t, itemStart[t]!, itemStart[t + 1]!);
  for (let i = 0; i < worker.length; i++) start[worker[i]! + 1]! += 1;
  for (let w = 0; w < workers.length; w++) start[w + 1]! += start[w]!;
  const next = start.slice(0, workers.length);
  const row = new Int32Array(worker.length);
  for (let i = 0; i < worker.length; i++) row[next[worker[i]!]!++] = i;
  return { start, row, item };
}

/** Visits the first label of every later worker on every item of worker u. */
function eachShared(
  { itemStart, worker, label }: LabelsOfWorkers,
  { start, row, item }: RowsByWorker,
  u: number,
  visit: (v: number, item: number, own: number, other: number) => void,
): void {
  for (let i = start[u]!; i < start[u + 1]!; i++) {
    const t = item[row[i]!]!;
    if (i > start[u]! && item[row[i - 1]!] === t) continue;
    for (let j = itemStart[t]!; j < itemStart[t + 1]!; j++) {
      if (worker[j]! > u && !saidBefore(worker, itemStart[t]!, j)) visit(worker[j]!, t, label[row[i]!]!, label[j]!);
    }
  }
}

/** Whether the worker of row j has an earlier row on the item; rows of an item may be in any order of workers. */
function saidBefore(worker: Int32Array, from: number, j: number): boolean {
  for (let i = j - 1; i >= from; i--) if (worker[i] === worker[j]) return true;
  return false;
}
