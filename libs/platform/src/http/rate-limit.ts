import { Problem } from './problem';

/** Callers that are remembered at once: beyond it, those who have been quiet longest are forgotten. */
const MOST_CALLERS = 10_000;

/**
 * A token bucket for each caller: so many requests a second, and at once as many as two seconds give.
 */
export class RateLimit {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  /** @param now milliseconds of a clock that does not go back. */
  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts one request. @throws Problem `too_many_requests` with `Retry-After` in whole seconds. */
  count(caller: string): void {
    const at = this.now();
    const most = this.perSecond * 2;
    const bucket = this.buckets.get(caller) ?? { tokens: most, at };
    this.buckets.delete(caller);
    this.buckets.set(caller, bucket);
    bucket.tokens = Math.min(most, bucket.tokens + ((at - bucket.at) / 1000) * this.perSecond);
    bucket.at = at;
    this.forget();
    if (bucket.tokens < 1) {
      const seconds = Math.max(1, Math.ceil((1 - bucket.tokens) / this.perSecond));
      throw new Problem('too_many_requests', `expected at most ${this.perSecond} requests a second`, undefined, {
        'retry-after': String(seconds),
      });
    }
    bucket.tokens -= 1;
  }

  // A Map iterates in the order of insertion, and every request inserts its caller again.
  private forget(): void {
    if (this.buckets.size <= MOST_CALLERS) return;
    const [oldest] = this.buckets.keys();
    if (oldest !== undefined) this.buckets.delete(oldest);
  }
}
