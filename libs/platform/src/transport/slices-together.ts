import { type Topic } from '@assay/contracts/contract';
import { isTransient } from '../postgres/transient-error';
import { type Slice } from './slice-transactions';

/**
 * Transactions at once. One is handled while PostgreSQL works on another; with more of them each takes longer, and what waits meanwhile is handled
 * together.
 */
const AT_ONCE = 2;

/**
 * Where there is something to do all the time, a transaction begins so long after the one before it: what comes meanwhile goes with it. At a thousand
 * annotations a second a service would else begin several hundred a second, which cost more than all that they do.
 */
const PACE_MS = 10;
/** A service may have begun transactions of so much time more than has passed: where little comes, nothing waits. */
const AHEAD_MS = 100;
/** What comes to several lanes at once is not handed over in one moment. */
const GATHER_MS = 1;

/** Bytes of one transaction, hardly more, as of one batch of a lane: they are parsed in one go, and held until the commit. */
const MOST_BYTES = 8_388_608;

/** Applies slices of one topic in one transaction; false where another has moved one of the lanes, or holds one of several: then nothing was done. */
export type Apply = (topic: Topic, slices: readonly Slice[]) => Promise<boolean>;

interface Waiting {
  slice: Slice;
  /** Undefined where it is to be applied alone. */
  done(outcome: Promise<boolean> | undefined): void;
}

/**
 * Slices of different lanes that wait for their turn are applied in one transaction: at a thousand annotations a second a lane has one or two
 * events at a time, and a transaction costs as much as ten of them. Where one slice spoils it, each is applied alone.
 */
export class SlicesTogether {
  /** By topic, in the order in which the first of each came. */
  private readonly waiting = new Map<Topic, Waiting[]>();
  private inHand = 0;
  /** Until when transactions have begun at their pace. */
  private paced = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  /** @param most records of one transaction. */
  constructor(
    private readonly apply: Apply,
    private readonly most: (topic: Topic) => number,
  ) {}

  /** Applies a slice with those that wait with it. Rejects with what befell it, or befell all for the moment (`isTransient`). */
  async add(topic: Topic, slice: Slice): Promise<boolean> {
    const outcome = await new Promise<{ together: Promise<boolean> | undefined }>((resolve) => {
      const waiting = this.waiting.get(topic) ?? [];
      waiting.push({ slice, done: (together) => resolve({ together }) });
      this.waiting.set(topic, waiting);
      this.fill();
    });
    return outcome.together ?? this.apply(topic, [slice]);
  }

  /** Begins the next transaction when it is time, if there is room for one and anything to do. */
  private fill(): void {
    if (this.inHand === AT_ONCE || this.waiting.size === 0 || this.timer) return;
    const rest = this.paced - AHEAD_MS - performance.now();
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        void this.applyNext();
        this.fill();
      },
      Math.max(GATHER_MS, rest),
    );
  }

  private async applyNext(): Promise<void> {
    const [topic] = this.waiting.keys();
    const taken = this.take(topic!);
    this.inHand++;
    this.paced = Math.max(this.paced, performance.now()) + PACE_MS;
    const outcome = this.apply(
      topic!,
      taken.map(({ slice }) => slice),
    );
    const isShared = await outcome.then(
      (isCommitted) => isCommitted || taken.length === 1,
      (error: unknown) => taken.length === 1 || isTransient(error),
    );
    this.inHand--;
    for (const { done } of taken) done(isShared ? outcome : undefined);
    this.fill();
  }

  /** Those that waited longest for a topic, as many as go into one transaction. */
  private take(topic: Topic): Waiting[] {
    const all = this.waiting.get(topic)!;
    let [records, bytes] = [0, 0];
    const most = this.most(topic);
    const end = all.findIndex(({ slice }) => {
      records += slice.records.length;
      bytes += slice.records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      return records > most || bytes > MOST_BYTES;
    });
    const taken = all.slice(0, end === -1 ? all.length : Math.max(1, end));
    this.waiting.delete(topic);
    if (taken.length < all.length) this.waiting.set(topic, all.slice(taken.length));
    return taken;
  }
}
