/** One label, by name. */
export interface LabelRow {
  item: string;
  worker: string;
  label: string;
}

/**
 * Labels as columns, in the one order that depends on nothing but the set of labels: by item, worker, label. So a fit over the table is a
 * function of the set. Names are interned: `item[i]` is an index into `items`.
 */
export interface LabelTable {
  /** Names in the order of their code units. */
  items: readonly string[];
  workers: readonly string[];
  /** Names in the order of the schema. */
  labels: readonly string[];
  item: Int32Array;
  worker: Int32Array;
  label: Int32Array;
  /** Labels of item t are those from itemStart[t] up to but without itemStart[t + 1]; one longer than `items`. */
  itemStart: Int32Array;
}

/**
 * The table of some rows. Every row counts, also several of one worker on one item.
 * @param labels the schema's labels in order; without it, those that occur, in the order of their code units.
 * @throws RangeError on a label that is not in the schema.
 */
export function labelTable(rows: Iterable<LabelRow>, labels?: readonly string[]): LabelTable {
  const items = new Interner();
  const workers = new Interner();
  const names = new Interner(labels);
  const columns = [new IntColumn(), new IntColumn(), new IntColumn()] as const;
  for (const row of rows) {
    columns[0].push(items.indexOf(row.item));
    columns[1].push(workers.indexOf(row.worker));
    const label = names.indexOf(row.label);
    if (labels !== undefined && label >= labels.length) {
      const place = `label "${row.label}" of item "${row.item}" by worker "${row.worker}"`;
      throw new RangeError(`${place}: expected one of ${labels.join(', ')}`);
    }
    columns[2].push(label);
  }
  const item = items.column(columns[0].values());
  const worker = workers.column(columns[1].values());
  const label = names.column(columns[2].values());
  return tableOfColumns(item, worker, labels ? label : inOrder(label)).table;
}

/** A column of names: row i has names[index[i]]. */
export interface NamedColumn {
  names: readonly string[];
  index: Int32Array | Int16Array;
}

/**
 * The table of columns in which every name stands once, in any order; items and workers that no row has are left out. Labels are in the order of the schema.
 * @returns also which row of the columns each row of the table was.
 */
export function tableOfColumns(
  itemNames: NamedColumn,
  workerNames: NamedColumn,
  label: NamedColumn,
): { table: LabelTable; row: Int32Array } {
  const item = inOrder(itemNames);
  const worker = inOrder(workerNames);
  const row = tableOrder(item, worker.index, label.index);
  const pick = (column: NamedColumn['index']) => {
    const picked = new Int32Array(row.length);
    for (let i = 0; i < row.length; i++) picked[i] = column[row[i]!]!;
    return picked;
  };
  // Rows that stand item by item stay so: the copy would be the same.
  const itemColumn = item.index instanceof Int32Array && isRising(item.index) ? item.index : pick(item.index);
  const table: LabelTable = {
    items: item.names,
    workers: worker.names,
    labels: label.names,
    item: itemColumn,
    worker: pick(worker.index),
    label: pick(label.index),
    itemStart: starts(itemColumn, item.names.length),
  };
  return { table, row };
}

/** Most labels of an item that are put in order by moving each to its place. */
const FEW_LABELS = 32;

/** Rows by item, worker, label; O(N), where comparing names would be the cost of the whole fit. */
function tableOrder(item: NamedColumn, worker: NamedColumn['index'], label: NamedColumn['index']): Int32Array {
  let order = sequence(item.index.length);
  if (!isRising(item.index)) order = stableOrder(order, item.index, item.names.length);
  const start = starts(item.index, item.names.length);
  const isBefore = (a: number, b: number) =>
    worker[a]! < worker[b]! || (worker[a] === worker[b] && label[a]! < label[b]!);
  for (let t = 0; t < item.names.length; t++) {
    const from = start[t]!;
    const to = start[t + 1]!;
    if (to - from > FEW_LABELS) order.subarray(from, to).sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
    for (let i = from + 1; i < to; i++) {
      const row = order[i]!;
      let j = i;
      for (; j > from && isBefore(row, order[j - 1]!); j--) order[j] = order[j - 1]!;
      order[j] = row;
    }
  }
  return order;
}

function isRising(column: NamedColumn['index']): boolean {
  for (let i = 1; i < column.length; i++) if (column[i]! < column[i - 1]!) return false;
  return true;
}

/** The same column over its names sorted, those that do not occur left out. */
function inOrder({ names, index }: NamedColumn): NamedColumn {
  const occurs = new Uint8Array(names.length);
  for (let i = 0; i < index.length; i++) occurs[index[i]!] = 1;
  const sorted: number[] = [];
  // Files are often written in the order of items: looking takes a tenth of the time of sorting.
  let isSorted = true;
  for (let name = 0; name < names.length; name++) {
    if (occurs[name] === 0) continue;
    isSorted &&= sorted.length === 0 || names[sorted[sorted.length - 1]!]! < names[name]!;
    sorted.push(name);
  }
  if (isSorted && sorted.length === names.length) return { names, index };
  if (!isSorted) sorted.sort((a, b) => (names[a]! < names[b]! ? -1 : 1));
  const position = new Int32Array(names.length);
  for (let i = 0; i < sorted.length; i++) position[sorted[i]!] = i;
  const renamed = new Int32Array(index.length);
  for (let i = 0; i < index.length; i++) renamed[i] = position[index[i]!]!;
  return { names: sorted.map((name) => names[name]!), index: renamed };
}

/** Where each key begins when a column is sorted; one longer than the number of keys. */
export function starts(sorted: NamedColumn['index'], keys: number): Int32Array {
  const start = new Int32Array(keys + 1);
  for (let i = 0; i < sorted.length; i++) start[sorted[i]! + 1]!++;
  for (let key = 0; key < keys; key++) start[key + 1]! += start[key]!;
  return start;
}

function stableOrder(order: Int32Array, keys: NamedColumn['index'], count: number): Int32Array {
  const next = new Int32Array(count + 1);
  for (let i = 0; i < keys.length; i++) next[keys[i]! + 1]!++;
  for (let key = 0; key < count; key++) next[key + 1]! += next[key]!;
  const sorted = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[next[keys[order[i]!]!]!++] = order[i]!;
  return sorted;
}

function sequence(length: number): Int32Array {
  const values = new Int32Array(length);
  for (let i = 0; i < length; i++) values[i] = i;
  return values;
}

class Interner {
  private readonly index = new Map<string, number>();

  constructor(names: readonly string[] = []) {
    for (const name of names) this.index.set(name, this.index.size);
  }

  /** Index of a name; a new one is added. */
  indexOf(name: string): number {
    let index = this.index.get(name);
    if (index === undefined) this.index.set(name, (index = this.index.size));
    return index;
  }

  /** A column of indices, with the names that they mean. */
  column(index: Int32Array): NamedColumn {
    return { names: [...this.index.keys()], index };
  }
}

class IntColumn {
  private data = new Int32Array(1024);
  private length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Int32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  values(): Int32Array {
    return this.data.subarray(0, this.length);
  }
}
