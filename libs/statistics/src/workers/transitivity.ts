import { atLeast } from './binomial-test';

/** One preference: which thing was found better. Ties are left out. */
export interface Preferred {
  better: string;
  worse: string;
}

export interface Transitivity {
  /** Triples of things among which all three pairs were judged without a tie. */
  triples: number;
  /** Those that run in a circle: a over b, b over c, c over a. */
  circular: number;
  /** Of "as circular as tossing a coin, a quarter": small says that there is an order behind the answers. */
  ordered: number;
  /** Of "no more circular than this share of triples", small says inconsistent. */
  pValue: number;
}

/** Circular triples that honest people are allowed. */
const ALLOWED_CIRCULAR = 0.1;

/**
 * How consistent one rater of preferences is with themselves (Kendall and Babington Smith 1940): taste is no error, going in circles is. Where a pair
 * was judged several times, the majority counts; an even one is a tie. Triples that share pairs are not independent, so the p-values are
 * approximate.
 */
export function transitivity(preferences: readonly Preferred[]): Transitivity {
  const balance = new Map<string, Map<string, number>>();
  for (const { better, worse } of preferences) {
    add(balance, better, worse, 1);
    add(balance, worse, better, -1);
  }
  const things = [...balance.keys()].sort();
  const beats = (a: string, b: string) => Math.sign(balance.get(a)!.get(b) ?? 0);
  let [triples, circular] = [0, 0];
  for (const [i, a] of things.entries()) {
    const others = things.slice(i + 1).filter((b) => beats(a, b) !== 0);
    for (const [j, b] of others.entries()) {
      for (const c of others.slice(j + 1)) {
        if (beats(b, c) === 0) continue;
        triples += 1;
        if (beats(a, b) === beats(b, c) && beats(b, c) === beats(c, a)) circular += 1;
      }
    }
  }
  return {
    triples,
    circular,
    ordered: triples === 0 ? 1 : 1 - atLeast(circular + 1, triples, 0.25),
    pValue: triples === 0 ? 1 : atLeast(circular, triples, ALLOWED_CIRCULAR),
  };
}

function add(balance: Map<string, Map<string, number>>, from: string, to: string, by: number): void {
  const row = balance.get(from) ?? new Map<string, number>();
  balance.set(from, row.set(to, (row.get(to) ?? 0) + by));
}
