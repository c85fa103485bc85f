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
 * the first label in the table counts. Time grows with the pairs of labels on an item, memory with what one worker has in common with others.
 */
export function forEachPair(table: LabelsOfWorkers, leastCommon: number, visit: (pair: WorkerPair) => void): void {
  const W = table.workers.length;
  const hasPartner = W * W <= MOST_CELLS && leastCommon <= 255 ? firstsOfPairs(table, leastCommon) : undefined;
  if (hasPartner?.every((has) => has === 0)) return;
  const rows = rowsByWorker(table, hasPartner);
  const common = new Int32Array(W);
  const seen = new Int32Array(W);
  /** Where the next meeting with each partner goes; -1 for those with too few items in common. */
  const next = new Int32Array(W).fill(-1);
  let meetings = new Meetings(1024);
  for (let u = 0; u < W; u++) {
    if (rows.start[u + 1]! - rows.start[u]! < leastCommon) continue;
    // Most pairs have too few items in common: only counting them takes a quarter of the time of also noting what they said.
    const { partners, others } = countCommon(table, rows, u, leastCommon, common, seen);
    let enough = 0;
    for (const v of partners) {
      next[v] = enough;
      enough += common[v]!;
    }
    if (enough > meetings.item.length) meetings = new Meetings(2 * enough);
    if (enough > 0) collect(table, rows, u, next, meetings);
    for (const v of partners) {
      visit(meetings.pair(u, v, next[v]! - common[v]!, next[v]!));
      next[v] = -1;
    }
    for (let i = 0; i < others; i++) common[seen[i]!] = 0;
  }
}

/** Bytes of the table of all pairs: of so many cells, up to 4,096 workers. */
const MOST_CELLS = 1 << 24;

/**
 * Which workers have a later one with enough items in common, at most 255. In a large crowd hardly any has: one pass in the order of the items, each pair a byte that counts no further than
 * it must, costs less than going through the items of each worker, which lie all over the table.
 */
function firstsOfPairs({ itemStart, worker, workers }: LabelsOfWorkers, leastCommon: number): Uint8Array {
  const W = workers.length;
  const common = new Uint8Array(W * W);
  const hasPartner = new Uint8Array(W);
  for (let t = 0; t + 1 < itemStart.length; t++) {
    const begin = itemStart[t]!;
    const end = itemStart[t + 1]!;
    for (let i = begin; i < end; i++) {
      const u = worker[i]!;
      if (i > begin && worker[i - 1] === u) continue;
      for (let j = i + 1; j < end; j++) {
        const v = worker[j]!;
        if (v === worker[j - 1] || common[u * W + v] === leastCommon) continue;
        if ((common[u * W + v]! += 1) === leastCommon) hasPartner[u] = 1;
      }
    }
  }
  return hasPartner;
}

/** On which items one worker met others, and what both said, partner by partner; used again for the next worker. */
class Meetings {
  readonly item: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;

  constructor(length: number) {
    this.item = new Int32Array(length);
    this.first = new Int32Array(length);
    this.second = new Int32Array(length);
  }

  pair(u: number, v: number, from: number, to: number): WorkerPair {
    const { item, first, second } = this;
    return { u, v, item: item.subarray(from, to), first: first.subarray(from, to), second: second.subarray(from, to) };
  }
}

interface RowsByWorker {
  /** Where each worker begins in `row`; one longer than the number of workers. */
  start: Int32Array;
  /** Rows of the table by worker, then item. */
  row: Int32Array;
  /** Item of each of those rows. */
  item: Int32Array;
}

/** @param wanted workers whose rows are wanted, without it all; others have none. */
function rowsByWorker(
  { itemStart, worker, workers }: LabelsOfWorkers,
  wanted: Uint8Array = new Uint8Array(workers.length).fill(1),
): RowsByWorker {
  const start = new Int32Array(workers.length + 1);
  for (let i = 0; i < worker.length; i++) start[worker[i]! + 1]! += wanted[worker[i]!]!;
  for (let w = 0; w < workers.length; w++) start[w + 1]! += start[w]!;
  const next = start.slice(0, workers.length);
  const row = new Int32Array(start[workers.length]!);
  const item = new Int32Array(start[workers.length]!);
  for (let t = 0; t + 1 < itemStart.length; t++) {
    for (let i = itemStart[t]!; i < itemStart[t + 1]!; i++) {
      if (wanted[worker[i]!] === 0) continue;
      const place = next[worker[i]!]!++;
      row[place] = i;
      item[place] = t;
    }
  }
  return { start, row, item };
}

/**
 * Counts into `common` the items that each later worker has in common with worker u; returns those who have enough, in order, and how many of `seen` have
 * any.
 */
function countCommon(
  { itemStart, worker }: LabelsOfWorkers,
  { start, row, item }: RowsByWorker,
  u: number,
  leastCommon: number,
  common: Int32Array,
  seen: Int32Array,
): { partners: number[]; others: number } {
  const partners: number[] = [];
  let others = 0;
  for (let i = start[u]!; i < start[u + 1]!; i++) {
    const t = item[i]!;
    if (i > start[u]! && item[i - 1] === t) continue;
    const end = itemStart[t + 1]!;
    // Within an item labels stand in the order of workers: those of later workers are behind, and of several by one the first is the one that differs.
    for (let j = row[i]! + 1; j < end; j++) {
      const v = worker[j]!;
      if (v === worker[j - 1]) continue;
      if (common[v] === 0) seen[others++] = v;
      if ((common[v]! += 1) === leastCommon) partners.push(v);
    }
  }
  return { partners: partners.sort((a, b) => a - b), others };
}

/** Puts the first labels of worker u and of each partner on the items that they have in common to the partner's place, which moves on. */
function collect(
  { itemStart, worker, label }: LabelsOfWorkers,
  { start, row, item }: RowsByWorker,
  u: number,
  next: Int32Array,
  into: Meetings,
): void {
  for (let i = start[u]!; i < start[u + 1]!; i++) {
    const t = item[i]!;
    if (i > start[u]! && item[i - 1] === t) continue;
    for (let j = row[i]! + 1; j < itemStart[t + 1]!; j++) {
      const v = worker[j]!;
      if (v === worker[j - 1] || next[v]! < 0) continue;
      const place = next[v]!++;
      into.item[place] = t;
      into.first[place] = label[row[i]!]!;
      into.second[place] = label[j]!;
    }
  }
}
