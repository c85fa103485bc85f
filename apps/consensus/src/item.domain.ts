import { type Decision, type DecisionState } from '@assay/contracts/consensus/decision';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { type Adjudication } from './adjudication.domain';
import { stateOfItem } from './decision.domain';
import {
  countingEntries,
  type Entry,
  firstOfEachWorker,
  isStandingRetraction,
  labelOf,
} from '@assay/contracts/annotation/entry';

/** An item as consensus holds it. */
export interface Item {
  /** Of its row. */
  key: string;
  project: string;
  item: string;
  /** The import that counts: the highest revision, ties by content. Absent for an item that only annotations speak of. */
  imported?: { revision: number; slice?: string; content: string };
  isWithdrawn: boolean;
  entries: readonly Entry[];
  /** Empty until it is first decided, and of a withdrawn item. */
  decisions: readonly Decision[];
  /** What experts decided, by question. */
  adjudications: Readonly<Record<string, Adjudication>>;
  /** What it adds to the sums over items since it was last decided: to be taken out again when that changes. */
  contribution: Contribution;
  /** Grows each time that it is saved. */
  version: number;
  policyRevision: number;
  epoch: number;
}

/** What an item adds to the accounting and to agreement. */
export interface Contribution {
  applied: number;
  superseded: number;
  /** The slice in whose agreement it counts besides that of all items. */
  slice?: string;
  /** Label indices by question. */
  labels: Readonly<Record<string, readonly number[]>>;
}

/** The least settled state of an item's questions; that of a withdrawn item is its own. */
export function stateOf({ isWithdrawn, decisions }: Item): DecisionState | 'withdrawn' {
  return isWithdrawn ? 'withdrawn' : stateOfItem(decisions);
}

/** Label indices that an item adds to a question's agreement. */
export function labelsIn({ labels }: Contribution, question: string): readonly number[] {
  return Object.hasOwn(labels, question) ? labels[question]! : [];
}

/** The item that its first event creates. */
export function newItem({ key, project, item }: Pick<Item, 'key' | 'project' | 'item'>): Item {
  return {
    key,
    project,
    item,
    isWithdrawn: false,
    entries: [],
    decisions: [],
    adjudications: {},
    contribution: NOTHING,
    version: 0,
    policyRevision: 0,
    epoch: 0,
  };
}

const NOTHING: Contribution = { applied: 0, superseded: 0, labels: {} };

/** The item as imported, if this import outdoes the one it has. */
export function withImport(item: Item, imported: NonNullable<Item['imported']>): Item {
  const known = item.imported;
  const isNewer =
    !known ||
    imported.revision > known.revision ||
    (imported.revision === known.revision && imported.content > known.content);
  return isNewer ? { ...item, imported } : item;
}

/** The entries that count for each question, in the order of the questions. */
export type CountingEntries = ReadonlyMap<string, readonly Entry[]>;

/** The entries of an item that count. */
export function countingOf(
  { entries }: Pick<Item, 'entries'>,
  questions: readonly Question[],
  { repeats }: Policy,
): CountingEntries {
  return new Map(questions.map(({ name }) => [name, countingEntries(entries, name, repeats)]));
}

/**
 * What an item adds to the sums. An entry is applied where it counts for a question or is a retraction that stands; every other is
 * superseded, as are all of a withdrawn item. In agreement count the labels of workers whose role counts, of each worker the first
 * occasion that counts, so that nobody agrees with themselves.
 */
export function contributionOf(
  item: Pick<Item, 'entries' | 'imported' | 'isWithdrawn'>,
  counting: CountingEntries,
  policy: Policy,
): Contribution {
  if (item.isWithdrawn) return { applied: 0, superseded: item.entries.length, labels: {} };
  const applied = new Set(item.entries.filter((entry) => isStandingRetraction(entry, item.entries)));
  const labels: Record<string, number[]> = {};
  for (const [name, entries] of counting) {
    for (const entry of entries) applied.add(entry);
    labels[name] = firstOfEachWorker(entries, policy.countRoles).map((entry) => labelOf(entry, name) ?? 0);
  }
  const slice = item.imported?.slice;
  return {
    applied: applied.size,
    superseded: item.entries.length - applied.size,
    ...(slice !== undefined && { slice }),
    labels,
  };
}
