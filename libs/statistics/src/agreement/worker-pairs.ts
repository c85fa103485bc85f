/** Labels in the order of their items, and of their workers within an item: a `LabelTable` is one. */
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
  const rows = rowsByWorker(table);
  const common = new Int32Array(table.workers.length);
  const next = new Int32Array(table.workers.length);
  const seen = new Int32Array(table.workers.length);
  const meetings = new Meetings();
  const sorted = new Meetings();
  for (let u = 0; u < table.workers.length; u++) {
    if (rows.start[u + 1]! - rows.start[u]! < leastCommon) continue;
    collect(table, rows, u, meetings);
    let others = 0;
    for (let i = 0; i < meetings.length; i++) {
      const v = meetings.other[i]!;
      if (common[v]! === 0) seen[others++] = v;
      common[v]! += 1;
    }
    const partners = seen.subarray(0, others).sort();
    let enough = 0;
    for (const v of partners) {
      next[v] = common[v]! < leastCommon ? -1 : enough;
      if (next[v]! >= 0) enough += common[v]!;
    }
    if (enough > 0) sorted.putInOrder(meetings, next);
    for (const v of partners) {
      if (next[v]! >= 0) visit(sorted.pair(u, v, next[v]! - common[v]!, next[v]!));
      common[v] = 0;
    }
  }
}

/** On which items one worker met another, and what both said; the columns grow, and are used again for the next worker. */
class Meetings {
  length = 0;
  other = new Int32Array(1024);
  private item = new Int32Array(1024);
  private first = new Int32Array(1024);
  private second = new Int32Array(1024);

  push(other: number, item: number, first: number, second: number): void {
    if (this.length === this.other.length) this.reserve(2 * this.length);
    const i = this.length++;
    this.other[i] = other;
    this.item[i] = item;
    this.first[i] = first;
    this.second[i] = second;
  }

  /** Takes the meetings with partners whose `next` is not below 0 to that place, which moves on. */
  putInOrder(from: Meetings, next: Int32Array): void {
    this.reserve(from.length);
    for (let i = 0; i < from.length; i++) {
      const v = from.other[i]!;
      if (next[v]! < 0) continue;
      const place = next[v]!++;
      this.item[place] = from.item[i]!;
      this.first[place] = from.first[i]!;
      this.second[place] = from.second[i]!;
    }
  }

  pair(u: number, v: number, from: number, to: number): WorkerPair {
    const { item, first, second } = this;
    return { u, v, item: item.subarray(from, to), first: first.subarray(from, to), second: second.subarray(from, to) };
  }

  private reserve(length: number): void {
    if (length <= this.other.length) return;
    this.other = larger(this.other, length);
    this.item = larger(this.item, length);
    this.first = larger(this.first, length);
    this.second = larger(this.second, length);
  }
}

function larger(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const columns = new Int32Array(length);
  columns.set(column);
  return columns;
}

interface RowsByWorker {
  /** Where each worker begins in `row`; one longer than the number of workers. */
  start: Int32Array;
  /** Rows of the table by worker, then item. */
  row: Int32Array;
  /** Item of each of those rows. */
  item: Int32Array;
}

function rowsByWorker({ itemStart, worker, workers }: LabelsOfWorkers): RowsByWorker {
  const start = new Int32Array(workers.length + 1);
  for (let i = 0; i < worker.length; i++) start[worker[i]! + 1]! += 1;
  for (let w = 0; w < workers.length; w++) start[w + 1]! += start[w]!;
  const next = start.slice(0, workers.length);
  const row = new Int32Array(worker.length);
  const item = new Int32Array(worker.length);
  for (let t = 0; t + 1 < itemStart.length; t++) {
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) {
      const place = next[worker[i]!]!++;
      row[place] = i;
      item[place] = t;
    }
  }
  return { start, row, item };
}

/** The first label of every later worker on every item of worker u. */
function collect(table: LabelsOfWorkers, { start, row, item }: RowsByWorker, u: number, into: Meetings): void {
  const { itemStart, worker, label } = table;
  into.length = 0;
  for (let i = start[u]!; i < start[u + 1]!; i++) {
    const t = item[i]!;
    if (i > start[u]! && item[i - 1] === t) continue;
    const from = itemStart[t]!;
    for (let j = from; j < itemStart[t + 1]!; j++) {
      if (worker[j]! > u && (j === from || worker[j] !== worker[j - 1]))
        into.push(worker[j]!, t, label[row[i]!]!, label[j]!);
    }
  }
}
