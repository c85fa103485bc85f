import { coalesced } from './coalesced';
import { type Fetched, type Place } from './event-log.queries';

/** Fetches what lanes ask for in one statement, where they ask while another is under way: a statement costs more than the few records of a lane. */
export class FetchesTogether {
  private waiting: { place: Place; done(fetched: Promise<Fetched>): void }[] = [];
  private readonly fetchWaiting = coalesced(async () => {
    // Lanes that are woken together ask one after the other.
    await Promise.resolve();
    const taken = this.waiting;
    // Those who asked before the moment was over went with the statement before.
    if (taken.length === 0) return;
    this.waiting = [];
    const fetched = this.fetch(taken.map(({ place }) => place));
    taken.forEach(({ done }, at) => done(fetched.then((all) => all[at]!)));
    await fetched;
  });

  /** @param fetch gives what each place holds, in their order. */
  constructor(private readonly fetch: (places: readonly Place[]) => Promise<Fetched[]>) {}

  /** What the log holds at a place; rejects with what the statement failed on. */
  add(place: Place): Promise<Fetched> {
    return new Promise((resolve) => {
      this.waiting.push({ place, done: resolve });
      // What failed is told to those who wait for it.
      void this.fetchWaiting().catch(() => undefined);
    });
  }
}
