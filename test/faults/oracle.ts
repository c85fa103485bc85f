import { type Sent } from './load';

/** What must have come of a set of events, by the rules of docs and design alone: no line of the services is used here. */
export interface Expected {
  events: number;
  /** The label of every (item, worker) that counts: its first occasion that still says something. */
  counted: Map<string, Map<string, string>>;
  /** How many labels of each item still say something, on whatever occasion. */
  labels: Map<string, number>;
  alpha: number;
  observed: number;
  /** Workers by gold items whose label counts. */
  checked: number;
}

/** Plays the events one after the other, most naively. */
export function expectedOf(events: readonly Sent[], gold: ReadonlyMap<string, string>): Expected {
  const newest = new Map<string, Sent>();
  for (const event of events) {
    const entry = JSON.stringify([event.item, event.worker, event.occasion ?? 0]);
    const known = newest.get(entry);
    if (!known || (event.revision ?? 0) > (known.revision ?? 0)) newest.set(entry, event);
  }
  const counted = new Map<string, Map<string, string>>();
  const standing = [...newest.values()].filter(({ retract }) => !retract);
  const byOccasion = standing.sort((a, b) => (a.occasion ?? 0) - (b.occasion ?? 0));
  for (const { item, worker, label } of byOccasion) {
    const workers = counted.get(item) ?? new Map<string, string>();
    if (!workers.has(worker)) workers.set(worker, label!);
    counted.set(item, workers);
  }
  const labels = new Map<string, number>();
  for (const { item } of standing) labels.set(item, (labels.get(item) ?? 0) + 1);
  const checked = [...counted].reduce((sum, [item, workers]) => sum + (gold.has(item) ? workers.size : 0), 0);
  return { events: events.length, counted, labels, ...agreementOf(counted), checked };
}

/**
 * Krippendorff's alpha for nominal data, pair by pair over the units with two or more values (Krippendorff 2011, "Computing Krippendorff's
 * Alpha-Reliability", section D), and the mean over those units of the share of pairs that agree.
 */
function agreementOf(counted: ReadonlyMap<string, ReadonlyMap<string, string>>): { alpha: number; observed: number } {
  const units = [...counted.values()].map((labels) => [...labels.values()]).filter((labels) => labels.length >= 2);
  const all = units.flat();
  let disagreeing = 0;
  let shares = 0;
  for (const labels of units) {
    const pairs = labels.flatMap((a, i) => labels.filter((_b, j) => i !== j).map((b) => a !== b));
    const unequal = pairs.filter(Boolean).length;
    disagreeing += unequal / (labels.length - 1);
    shares += 1 - unequal / pairs.length;
  }
  const byChance = all.flatMap((a, i) => all.filter((_b, j) => i !== j).map((b) => a !== b)).filter(Boolean).length;
  const n = all.length;
  return { alpha: 1 - disagreeing / n / (byChance / (n * (n - 1))), observed: shares / units.length };
}
