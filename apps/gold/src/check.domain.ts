import { countingEntries, type Entry, labelOf } from '@assay/contracts/annotation/entry';
import { type VoidReason } from '@assay/contracts/gold/check-voided';
import { type AcceptedLabels } from '@assay/contracts/gold/gold-item';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { betaInterval } from '@assay/statistics/workers/beta-interval';

/** A gold item with the annotations on it. */
export interface AuditedItem {
  isWithdrawn: boolean;
  entries: readonly Entry[];
  isActive: boolean;
  accepted: readonly AcceptedLabels[];
}

/** What a check is of: one question of one annotation that counts. With keep-all a worker has several on one occasion, told apart by `entry`. */
export interface CheckPlace {
  question: string;
  worker: string;
  occasion: number;
  entry?: string;
}

/** The verdict on one annotation. */
export interface Check extends CheckPlace {
  isRight: boolean;
  /** ms since 1970; absent where the source does not say. */
  at?: number;
  order: number;
}

/**
 * The checks of an item: of every annotation that counts by the policy, of the roles that it counts, on each question whose label is known.
 * None of an item that is gold no more or was withdrawn. A function of the set of annotations, whenever the item became gold.
 */
export function checksOf(item: AuditedItem, questions: readonly Question[], policy: Policy): Check[] {
  if (item.isWithdrawn || !item.isActive) return [];
  return item.accepted.flatMap(({ question: name, labels }) => {
    const question = questions.find((one) => one.name === name);
    if (!question) return [];
    return countingEntries(item.entries, name, policy.repeats)
      .filter(({ role }) => policy.countRoles.includes(role))
      .map((entry) => ({
        ...{ question: name, worker: entry.worker, occasion: entry.occasion },
        ...(policy.repeats === 'keep-all' && { entry: entry.id }),
        isRight: labels.includes(question.labels[labelOf(entry, name) ?? -1] ?? ''),
        ...(entry.at !== undefined && { at: entry.at }),
        order: entry.order,
      }));
  });
}

/** Why the checks of an item that are no more are void. */
export function voidReason(item: AuditedItem): VoidReason {
  if (item.isWithdrawn) return 'item-withdrawn';
  return item.isActive ? 'annotation-outdone' : 'gold-retired';
}

/** Whether two verdicts say the same. */
export function isSameCheck(a: Omit<Check, keyof CheckPlace>, b: Omit<Check, keyof CheckPlace>): boolean {
  return a.isRight === b.isRight && a.at === b.at && a.order === b.order;
}

/** What an import does to an item. */
export type GoldChange = { type: 'activated' | 'corrected'; accepted: AcceptedLabels[] } | { type: 'unchanged' };

/**
 * What accepted labels that are told make of an item; questions that are not told keep theirs.
 * @param mayBeOutdone others may know of the item what is lost here, also that it is retired: it is activated again.
 */
export function changeOf(
  known: { isActive: boolean; accepted: readonly AcceptedLabels[] } | undefined,
  told: readonly AcceptedLabels[],
  mayBeOutdone: boolean,
): GoldChange {
  const kept = (known?.isActive ? known.accepted : []).filter(
    ({ question }) => !told.some((one) => one.question === question),
  );
  const accepted = [...kept, ...told]
    .map(({ question, labels }) => ({ question, labels: [...labels].sort() }))
    .sort((a, b) => (a.question < b.question ? -1 : 1));
  if (!known?.isActive || mayBeOutdone) return { type: 'activated', accepted };
  return written(accepted) === written(known.accepted) ? { type: 'unchanged' } : { type: 'corrected', accepted };
}

function written(accepted: readonly AcceptedLabels[]): string {
  return JSON.stringify(accepted.map(({ question, labels }) => [question, labels]));
}

/** Checks from which on an item can be told from bad luck. */
const LEAST_CHECKS = 4;

/** A gold item with how many checks it has, and how many of them are right. */
interface CheckedGold {
  state: 'active' | 'retired';
  checks: number;
  right: number;
}

/** Whether the 95 % interval of an item's share of wrong checks lies above that of all others, and most are wrong. @param pool with the item itself. */
export function isSuspect(gold: CheckedGold, pool: Pick<CheckedGold, 'checks' | 'right'>): boolean {
  const others = { checks: pool.checks - gold.checks, right: pool.right - gold.right };
  if (gold.state !== 'active' || gold.checks < LEAST_CHECKS || others.checks === 0) return false;
  const { high } = betaInterval(gold.right, gold.checks - gold.right);
  return gold.right / gold.checks < 0.5 && high < others.right / others.checks;
}
