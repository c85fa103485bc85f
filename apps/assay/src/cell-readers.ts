import { ByteNames } from './byte-names';
import { cellText, type CsvRow } from './csv';
import { excerpt } from './records';

/** A column in which each value stands once: row i has values[index[i]], or none where that is -1. */
export interface ValueColumn<Value = string> {
  values: readonly Value[];
  index: Int32Array;
}

/** Reads the cells of one column of a file into a typed array; a row that is bad elsewhere is overwritten by the next. */
export interface CellReader {
  /** Reads row n out of CSV; returns what is wrong with the cell. */
  readCell(row: CsvRow, cell: number, n: number): string | undefined;
  /** The same out of JSON. */
  readValue(value: unknown, n: number): string | undefined;
}

/** Says what is wrong with a value, the name of its column left out. */
export type Check = (value: unknown) => string | undefined;

/** Texts, or of JSON any values, each checked when it comes first. */
export class ValueReader implements CellReader {
  private readonly names = new ByteNames();
  private readonly ofJson = new Map<unknown, number>();
  private readonly values: unknown[] = [];
  /** What is wrong with a value, by its index; most files have none. */
  private readonly problems = new Map<number, string>();
  private readonly index: Int32Array;

  /**
   * @param most rows that there can be.
   * @param options.optional an empty value is none.
   * @param options.any values of JSON stay what they are, and do not become texts.
   */
  constructor(
    most: number,
    private readonly check: Check = () => undefined,
    private readonly options: { optional?: boolean; any?: boolean } = {},
  ) {
    // Memory that nobody writes to is not resident: the most costs nothing.
    this.index = new Int32Array(most);
  }

  readCell(row: CsvRow, cell: number, n: number): string | undefined {
    const start = row.start[cell]!;
    const end = row.end[cell]!;
    if (start === end && this.options.optional) return this.none(n);
    const known = this.names.count;
    const index = this.names.indexOf(row.bytes, start, end);
    if (index === known) this.add(cellText(row, cell));
    this.index[n] = index;
    return this.problemOf(index);
  }

  readValue(value: unknown, n: number): string | undefined {
    if (this.options.optional && !isGiven(value)) return this.none(n);
    const taken = this.options.any ? value : words(value);
    let index = this.ofJson.get(taken);
    if (index === undefined) this.ofJson.set(taken, (index = this.add(taken)));
    this.index[n] = index;
    return this.problemOf(index);
  }

  /** The column of the first so many rows; undefined where no row has a value. */
  column<Value = string>(rows: number): ValueColumn<Value> | undefined {
    if (this.values.length === 0) return undefined;
    return { values: this.values as Value[], index: this.index.subarray(0, rows) };
  }

  private add(value: unknown): number {
    const problem = this.check(value);
    if (problem !== undefined) this.problems.set(this.values.length, problem);
    return this.values.push(value) - 1;
  }

  private problemOf(index: number): string | undefined {
    return this.problems.size === 0 ? undefined : this.problems.get(index);
  }

  private none(n: number): undefined {
    this.index[n] = -1;
  }
}

/** Numbers; NaN where there is none. */
export class NumberReader implements CellReader {
  private readonly values: Float64Array;
  private isEmpty = true;

  /**
   * @param most rows that there can be.
   * @param parse NaN for what is no such number.
   */
  constructor(
    most: number,
    private readonly parse: (value: unknown) => number,
    private readonly expected: string,
  ) {
    this.values = new Float64Array(most);
  }

  readCell(row: CsvRow, cell: number, n: number): string | undefined {
    return this.readValue(cellText(row, cell), n);
  }

  readValue(value: unknown, n: number): string | undefined {
    this.values[n] = NaN;
    if (!isGiven(value)) return undefined;
    this.isEmpty = false;
    this.values[n] = this.parse(value);
    return Number.isNaN(this.values[n]) ? `${excerpt(words(value))}; expected ${this.expected}` : undefined;
  }

  /** The column of the first so many rows; undefined where no row has a number. */
  column(rows: number): Float64Array | undefined {
    return this.isEmpty ? undefined : this.values.subarray(0, rows);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** A value as text: of JSON that is no text, as it is written there. */
export function words(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}
