import { type Question, type Repeats, type WorkerRole } from '../project/label-schema';
import { type AnnotationSubmitted } from './annotation-submitted';

/**
 * One event about an annotation, as its item keeps it for good. An item holds every entry, also those that do not count: which of them
 * count is a function of the set, whatever the order in which they came.
 *
 * Terminology:
 *   cell   one worker on one occasion, for one question: at most one entry counts (all of them under keep-all)
 *   place  when it occurred, and the source's own order among equal times
 */
export interface Entry {
  /** uuid of the event. */
  id: string;
  worker: string;
  role: WorkerRole;
  occasion: number;
  revision: number;
  /** ms since 1970; absent where the source does not say. */
  at?: number;
  order: number;
  /** How long the worker took; absent where the source does not say. */
  seconds?: number;
  /** Label index by question; absent in a retraction. */
  labels?: Readonly<Record<string, number>>;
}

/** Index of the label that an entry gives to a question; undefined where it gives none. */
export function labelOf({ labels }: Entry, question: string): number | undefined {
  // A question may be called "constructor", which every object has.
  return labels && Object.hasOwn(labels, question) ? labels[question] : undefined;
}

/** Whether two entries say the same of the same annotation, whatever their ids. */
export function isSameEntry(a: Entry, b: Entry): boolean {
  return (
    a.worker === b.worker &&
    a.role === b.role &&
    a.occasion === b.occasion &&
    a.revision === b.revision &&
    a.at === b.at &&
    a.order === b.order &&
    a.seconds === b.seconds &&
    !a.labels === !b.labels &&
    [...Object.keys(a.labels ?? {}), ...Object.keys(b.labels ?? {})].every(
      (question) => labelOf(a, question) === labelOf(b, question),
    )
  );
}

/** An annotation event as an entry: labels become indices. A label that the question does not have is named. */
export function entryOf(
  id: string,
  data: Omit<AnnotationSubmitted, 'labels' | 'schemaVersion'> & { labels?: Record<string, unknown> },
  questions: readonly Question[],
): { type: 'entry'; entry: Entry } | { type: 'unknown-label'; detail: string } {
  const { worker, role, occasion, revision, order, seconds } = data;
  const entry: Entry = { id, worker, role, occasion, revision, order };
  if (data.occurredAt !== undefined) entry.at = Date.parse(data.occurredAt);
  if (seconds !== undefined) entry.seconds = seconds;
  if (!data.labels) return { type: 'entry', entry };
  const labels: Record<string, number> = {};
  for (const [name, label] of Object.entries(data.labels)) {
    const question = questions.find((one) => one.name === name);
    const index = question?.labels.indexOf(label as string) ?? -1;
    if (!question || index === -1) {
      const expected = question ? 'one of its labels' : `one of ${questions.map((one) => one.name).join(', ')}`;
      return { type: 'unknown-label', detail: `label of question "${name}": expected ${expected}` };
    }
    labels[name] = index;
  }
  entry.labels = labels;
  return { type: 'entry', entry };
}

/** An item with one more entry, unless it holds one of that id: the same again, or another that wrongly bears the id. */
export function withEntry<Item extends { entries: readonly Entry[] }>(
  item: Item,
  entry: Entry,
): { type: 'grown'; item: Item } | { type: 'duplicate' } | { type: 'conflict' } {
  const known = item.entries.find((other) => other.id === entry.id);
  if (known) return { type: isSameEntry(known, entry) ? 'duplicate' : 'conflict' };
  return { type: 'grown', item: { ...item, entries: [...item.entries, entry] } };
}

/**
 * The entries whose labels count for one question, sorted by worker, occasion and place. In each cell the highest revision counts. Of
 * that revision: what stands before or at the latest retraction is taken back; of the rest keep-first takes the earliest, keep-last the
 * latest, keep-all every one. Equal places are told apart by the label, then by the id.
 */
export function countingEntries(entries: readonly Entry[], question: string, repeats: Repeats): Entry[] {
  const told = entries.filter((entry) => !entry.labels || labelOf(entry, question) !== undefined);
  told.sort((a, b) => byText(a.worker, b.worker) || a.occasion - b.occasion || byPlace(a, b, question));
  const counting: Entry[] = [];
  for (let start = 0; start < told.length;) {
    const { worker, occasion } = told[start]!;
    let end = start + 1;
    while (end < told.length && told[end]!.worker === worker && told[end]!.occasion === occasion) end++;
    counting.push(...countingOfCell(told.slice(start, end), repeats));
    start = end;
  }
  return counting;
}

/** @param cell entries in the order of their places. */
function countingOfCell(cell: readonly Entry[], repeats: Repeats): readonly Entry[] {
  if (cell.length === 1) return cell[0]!.labels ? cell : [];
  const highest = Math.max(...cell.map((entry) => entry.revision));
  const newest = cell.filter((entry) => entry.revision === highest);
  const retraction = newest.findLast((entry) => !entry.labels);
  const standing = newest.filter((entry) => entry.labels && (!retraction || comparePlaces(entry, retraction) > 0));
  switch (repeats) {
    case 'keep-first':
      return standing.slice(0, 1);
    case 'keep-last':
      return standing.slice(-1);
    case 'keep-all':
      return standing;
    default:
      return assertNever(repeats);
  }
}

/**
 * Of counting entries those by which an item counts in agreement: of workers whose role counts, of each worker the first, so that nobody
 * agrees with themselves.
 */
export function firstOfEachWorker(counting: readonly Entry[], roles: readonly WorkerRole[]): Entry[] {
  const seen = new Set<string>();
  return counting.filter(({ worker, role }) => {
    if (!roles.includes(role) || seen.has(worker)) return false;
    seen.add(worker);
    return true;
  });
}

/** Whether a retraction is the newest word of its worker and occasion: it is applied, also where there is nothing to take back yet. */
export function isStandingRetraction(entry: Entry, entries: readonly Entry[]): boolean {
  return (
    !entry.labels &&
    entries.every(
      (other) => other.worker !== entry.worker || other.occasion !== entry.occasion || other.revision <= entry.revision,
    )
  );
}

/** Negative where `a` stands before `b`; an unknown time stands before every other. */
export function comparePlaces(a: Entry, b: Entry): number {
  return (a.at ?? 0) - (b.at ?? 0) || a.order - b.order;
}

function byPlace(a: Entry, b: Entry, question: string): number {
  return comparePlaces(a, b) || (labelOf(a, question) ?? -1) - (labelOf(b, question) ?? -1) || byText(a.id, b.id);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function assertNever(repeats: never): never {
  throw new Error(`repeats ${String(repeats)}: expected keep-first, keep-last or keep-all`);
}
