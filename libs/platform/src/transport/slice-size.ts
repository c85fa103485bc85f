/** Records of a slice: to begin with, and at least and at most. */
const FIRST = 2_000;
const LEAST = 500;
const MOST = 10_000;
/**
 * How long a slice may take. It holds its lane so long, and PostgreSQL ends a transaction that is idle for three seconds: where the handler
 * works longer than that between two statements, the slice would never be committed, however often it is tried.
 */
const MOST_MS = 1_500;

/**
 * How many records the next slice takes. The more of a backlog are handled at once, the fewer items are written more than once; how many that
 * may be depends on what a record costs, and on what else the machine does: so many as, lately, were handled in a second and a half.
 */
export class SliceSize {
  private size = FIRST;

  get records(): number {
    return this.size;
  }

  /** Learns from a slice. A small one says little where it was quick: most of its time is not that of its records. */
  took(records: number, milliseconds: number): void {
    if (records < this.size / 2 && milliseconds < MOST_MS) return;
    const affordable = Math.round((records * MOST_MS) / milliseconds);
    this.size = Math.max(LEAST, Math.min(affordable, 2 * this.size, MOST));
  }

  /** A slice failed for the moment: it may have been too much. */
  failed(): void {
    this.size = LEAST;
  }
}
