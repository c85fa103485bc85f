import { type DisputeReason } from '@assay/contracts/dispute/dispute-event';

/** What an expert decided on a question of an item. Final. */
export interface Adjudication {
  /** uuid of the dispute. */
  dispute: string;
  /** uuid of the expert. */
  expert: string;
  /** ms since 1970. */
  at: number;
  reason: DisputeReason;
  /** Index of the label; absent where the expert found that there is none to give. */
  label?: number;
}

/** Adjudications with one more: of several on a question the earliest counts, ties by the id of the dispute. */
export function withAdjudication(
  adjudications: Readonly<Record<string, Adjudication>>,
  question: string,
  told: Adjudication,
): Readonly<Record<string, Adjudication>> {
  const known = adjudicationOf(adjudications, question);
  const isFirst = !known || told.at < known.at || (told.at === known.at && told.dispute < known.dispute);
  return isFirst ? { ...adjudications, [question]: told } : adjudications;
}

/** The adjudication of a question; undefined where there is none. */
export function adjudicationOf(
  adjudications: Readonly<Record<string, Adjudication>>,
  question: string,
): Adjudication | undefined {
  // A question may be called "constructor", which every object has.
  return Object.hasOwn(adjudications, question) ? adjudications[question] : undefined;
}
