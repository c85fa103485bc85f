import { type FindingKind } from '@assay/contracts/standing/finding';
import { type Tier } from '@assay/contracts/standing/tier-changed';
import { goldTest, type GoldTest } from '@assay/statistics/workers/gold-test';

/** What a finding says. */
export interface FindingContent {
  statistic: number;
  threshold: number;
  /** Of the worker when it was made, with its 95 % interval. */
  accuracy: number;
  low: number;
  high: number;
  /** What the test counted. */
  evidence: Record<string, unknown>;
  /** The fit that it rests on; 0 for one that rests on gold alone. */
  epoch: number;
  policyRevision: number;
}

/** A finding that a test makes now. */
export interface Found {
  worker: string;
  question: string;
  kind: FindingKind;
  content: FindingContent;
}

/** What a worker, or a lead for them, has against a finding, and what came of it. */
export interface Appeal {
  status: 'open' | 'won' | 'lost';
  /** What was said, in words. */
  grounds: string;
  /** Labels or checks that the finding rested on when the appeal was won. */
  restedOn?: number;
}

/** A finding as it is kept. */
export interface KeptFinding extends Found {
  version: number;
  isRaised: boolean;
  appeal?: Appeal;
}

/**
 *   raise   it holds from now on, or rests on other evidence
 *   clear   it holds no more
 *   keep    nothing is to be told
 */
export type Verdict = 'raise' | 'clear' | 'keep';

/** What becomes of a finding by what the tests say now. */
export function verdictOn(kept: KeptFinding | undefined, found: FindingContent | undefined): Verdict {
  if (!found) return kept?.isRaised ? 'clear' : 'keep';
  if (kept?.appeal?.status === 'won' && !outgrew(kept.appeal, found)) return kept.isRaised ? 'clear' : 'keep';
  return kept?.isRaised && isSameContent(kept.content, found) ? 'keep' : 'raise';
}

/** A won appeal holds until the worker has done as much again as the finding rested on. */
function outgrew({ restedOn = 0 }: Appeal, { evidence }: FindingContent): boolean {
  return amountOf(evidence) >= 2 * Math.max(1, restedOn);
}

/** Labels, or checks, that a finding rests on. */
export function amountOf(evidence: Record<string, unknown>): number {
  const amount = evidence['checks'] ?? evidence['labels'] ?? evidence['common'] ?? evidence['repeats'];
  return typeof amount === 'number' ? amount : 0;
}

/** Whether two say the same, whatever the fit that said it. */
function isSameContent(a: FindingContent, b: FindingContent): boolean {
  const said = ({ statistic, threshold, accuracy, evidence, policyRevision }: FindingContent) =>
    JSON.stringify([statistic, threshold, accuracy, Object.entries(evidence).sort(byName), policyRevision]);
  return said(a) === said(b);
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** A check that counts. */
export interface GoldCheck {
  check: string;
  isRight: boolean;
  /** ms since 1970; absent where the source does not say. */
  at?: number;
  order: number;
}

/** The chance of suspending a worker at the target that the sequential test is set to. */
export const FALSE_ALARM = 0.005;

/** Ids of events that a finding names as its evidence, at most: the last of those that it rests on. */
export const MOST_IDS = 50;

/**
 * The sequential test of a worker's checks on one question, in the order of occurrence; unknown times stand first, ties by the id.
 * `ids` are those of the checks that the test looked at, the last `MOST_IDS`.
 */
export function testOnGold(
  checks: readonly GoldCheck[],
  gold: { target: number; reject: number },
): GoldTest & { ids: string[] } {
  const inOrder = [...checks].sort(
    (a, b) => (a.at ?? 0) - (b.at ?? 0) || a.order - b.order || (a.check < b.check ? -1 : 1),
  );
  const test = goldTest(
    inOrder.map((one) => one.isRight),
    { target: gold.target, reject: gold.reject, falseAlarm: FALSE_ALARM },
  );
  return { ...test, ids: inOrder.slice(Math.max(0, test.checks - MOST_IDS), test.checks).map((one) => one.check) };
}

/** What a tier follows from. */
export interface Standing {
  isBelowGold: boolean;
  hasFinding: boolean;
  isCleared: boolean;
}

/** The tier of a worker, and why in words. */
export function tierOf({ isBelowGold, hasFinding, isCleared }: Standing): { tier: Tier; reason: string } {
  if (isBelowGold) return { tier: 'suspended', reason: 'accuracy on known labels is below the target' };
  if (hasFinding) return { tier: 'standard', reason: 'a finding stands' };
  if (isCleared)
    return { tier: 'trusted', reason: 'accuracy on known labels is proven, and nothing stands against it' };
  return { tier: 'standard', reason: 'accuracy is not proven yet' };
}
