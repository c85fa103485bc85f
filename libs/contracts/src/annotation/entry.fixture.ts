import { type Entry } from './entry';

/** An entry of worker w1 that says label 0 of the question "label", changed by what is given. */
export function anEntry(change: Partial<Entry> = {}): Entry {
  return { ...aRetraction({ id: 'e1' }), labels: { label: 0 }, ...change };
}

/** A retraction of worker w1, changed by what is given. */
export function aRetraction(change: Partial<Omit<Entry, 'labels'>> = {}): Entry {
  return { id: 'r1', worker: 'w1', role: 'human', occasion: 0, revision: 0, order: 0, ...change };
}
