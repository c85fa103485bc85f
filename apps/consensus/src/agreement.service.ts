import { type Question } from '@assay/contracts/project/label-schema';
import { type Transaction } from '@assay/platform/transport/transaction';
import { jackknifeOverStripes, type IntervalCoefficient } from '@assay/statistics/agreement/jackknife';
import { pairwiseCohen } from '@assay/statistics/agreement/pairwise-cohen';
import { stripesOf } from './agreement.queries';
import { countingEntries } from './entry.domain';
import { itemPage } from './item.queries';
import { type Project } from './project.domain';

/** Agreement on one question, as interfaces section 4 writes it. */
export interface QuestionAgreement {
  items: number;
  /** Only where all items were read. */
  workers?: number;
  labels: number;
  coefficients: Record<string, IntervalCoefficient>;
}

/** Agreement on a question over all items, or over those of a slice, read from the stripes. */
export async function agreementOf(
  tx: Pick<Transaction, 'sql'>,
  project: Project,
  question: Question,
  slice: string,
): Promise<QuestionAgreement> {
  const stripes = await stripesOf(tx, { project: project.project, question: question.name, slice });
  const schema = { labels: question.labels.length, ordinal: question.kind === 'rating' };
  const { items, labels, coefficients } = jackknifeOverStripes(stripes, schema);
  return { items, labels, coefficients };
}

const PAGE = 1000;

/** What only a pass over all items can tell: how many workers there are, and the mean kappa of their pairs. */
export async function overAllItems(
  tx: Pick<Transaction, 'sql'>,
  project: Project,
  question: Question,
  slice: string,
): Promise<{ workers: number; meanPairwiseCohenKappa: IntervalCoefficient }> {
  const numbers = new Map<string, number>();
  const columns = { item: [] as number[], worker: [] as number[], label: [] as number[] };
  let number = 0;
  for (let after = ''; ;) {
    const items = await itemPage(tx, project.project, { after, limit: PAGE });
    for (const { entries, imported } of items) {
      if (slice !== '' && imported?.slice !== slice) continue;
      const seen = new Set<string>();
      for (const { worker, role, labels } of countingEntries(entries, question.name, project.policy.repeats)) {
        if (!project.policy.countRoles.includes(role) || seen.has(worker)) continue;
        seen.add(worker);
        if (!numbers.has(worker)) numbers.set(worker, numbers.size);
        columns.item.push(number);
        columns.worker.push(numbers.get(worker)!);
        columns.label.push(labels?.[question.name] ?? 0);
      }
      number++;
    }
    after = items.at(-1)?.item ?? after;
    if (items.length < PAGE) break;
  }
  const { mean } = pairwiseCohen(columns, question.labels.length);
  const none = { low: null, high: null, interval: null } as const;
  const meanPairwiseCohenKappa: IntervalCoefficient =
    mean === null
      ? { value: null, ...none, reason: 'no two workers share ten items' }
      : { value: mean, ...none, reason: 'pairs share workers: no interval is given' };
  return { workers: numbers.size, meanPairwiseCohenKappa };
}
