import { countingEntries, type Entry, labelOf } from '@assay/contracts/annotation/entry';
import { type Repeats } from '@assay/contracts/project/label-schema';

/**
 * Every counting label of one question, item by item; within an item by worker, then occasion. 14 bytes a label beside the names, 18 where
 * times that it took are known. Names are interned in the order in which they come; `fit.domain.ts` brings them into their own.
 */
export interface Columns {
  question: string;
  items: string[];
  /** Where the labels of each item begin; one longer than `items`. */
  starts: Int32Array;
  workers: string[];
  /** N: index into `workers`. */
  worker: Int32Array;
  /** N: index of the label in the schema. */
  label: Uint16Array;
  /** N: rises with the time of occurrence, by the source's own order where there is none. */
  when: Float64Array;
  /** N: seconds that it took, NaN where unknown; absent where none is known. */
  seconds?: Float32Array;
}

/** Gathers the columns of one question. */
export class ColumnsBuilder {
  private readonly items: string[] = [];
  private readonly starts: number[] = [0];
  private readonly workers: string[] = [];
  private readonly workerIndex = new Map<string, number>();
  private worker = new Int32Array(1024);
  private label = new Uint16Array(1024);
  private when = new Float64Array(1024);
  private seconds: Float32Array | undefined;
  private length = 0;

  constructor(
    private readonly question: string,
    private readonly repeats: Repeats,
  ) {}

  /** Adds the counting labels of an item; an item without any is left out. */
  add(item: string, entries: readonly Entry[]): void {
    const counting = countingEntries(entries, this.question, this.repeats);
    if (counting.length === 0) return;
    for (const entry of counting) this.push(entry);
    this.items.push(item);
    this.starts.push(this.length);
  }

  finished(): Columns {
    const { question, items, workers, length } = this;
    return {
      ...{ question, items, workers },
      starts: Int32Array.from(this.starts),
      worker: this.worker.slice(0, length),
      label: this.label.slice(0, length),
      when: this.when.slice(0, length),
      ...(this.seconds && { seconds: this.seconds.slice(0, length) }),
    };
  }

  private push(entry: Entry): void {
    if (this.length === this.worker.length) this.grow();
    this.worker[this.length] = this.indexOf(entry.worker);
    this.label[this.length] = labelOf(entry, this.question) ?? 0;
    this.when[this.length] = whenOf(entry);
    if (entry.seconds !== undefined) {
      this.seconds ??= new Float32Array(this.worker.length).fill(NaN);
      this.seconds[this.length] = entry.seconds;
    }
    this.length++;
  }

  private indexOf(worker: string): number {
    let index = this.workerIndex.get(worker);
    if (index === undefined) {
      this.workerIndex.set(worker, (index = this.workers.length));
      this.workers.push(worker);
    }
    return index;
  }

  private grow(): void {
    const size = this.worker.length * 2;
    this.worker = copied(this.worker, new Int32Array(size));
    this.label = copied(this.label, new Uint16Array(size));
    this.when = copied(this.when, new Float64Array(size));
    if (this.seconds) this.seconds = copied(this.seconds, new Float32Array(size).fill(NaN));
  }
}

/** Places within one millisecond that `whenOf` tells apart. */
const PLACES = 2048;

/** One number for (time, place): exact for labels without a time, and for 2,048 places within a millisecond. */
function whenOf({ at, order }: Entry): number {
  return at === undefined ? order : at * PLACES + (order % PLACES);
}

function copied<Values extends { set(values: Values): void }>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}
