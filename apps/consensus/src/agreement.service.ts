import { type Question } from '@assay/contracts/project/label-schema';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type LabelRow, labelTable } from '@assay/statistics/aggregation/label-table';
import { type EstimatedCoefficient } from '@assay/statistics/agreement/coefficient';
import { jackknifeOverStripes } from '@assay/statistics/agreement/jackknife-over-stripes';
import { readPairwiseCohen } from '@assay/statistics/agreement/pairwise-cohen';
import { stripesOf } from './agreement.queries';
import { countingEntries, firstOfEachWorker, labelOf } from '@assay/contracts/annotation/entry';
import { itemPage } from './item.queries';
import { type Project } from '@assay/platform/copies/project-copy';

/** Agreement on one question, as interfaces section 4 writes it. */
export interface QuestionAgreement {
  items: number;
  /** Only where all items were read. */
  workers?: number;
  labels: number;
  coefficients: Record<string, EstimatedCoefficient>;
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

/** What only a pass over all items can tell: how many workers there are, and the kappas of their pairs. */
export async function overAllItems(
  tx: Pick<Transaction, 'sql'>,
  project: Project,
  question: Question,
  slice: string,
): Promise<{ workers: number; coefficients: Record<string, EstimatedCoefficient> }> {
  const { repeats, countRoles } = project.policy;
  const rows: LabelRow[] = [];
  for (let after = ''; ;) {
    const items = await itemPage(tx, project.project, { after, limit: PAGE });
    for (const { item, entries, imported } of items) {
      if (slice !== '' && imported?.slice !== slice) continue;
      const counting = firstOfEachWorker(countingEntries(entries, question.name, repeats), countRoles);
      for (const entry of counting) {
        const label = question.labels[labelOf(entry, question.name) ?? -1];
        if (label !== undefined) rows.push({ item, worker: entry.worker, label });
      }
    }
    after = items.at(-1)?.item ?? after;
    if (items.length < PAGE) break;
  }
  const table = labelTable(rows, question.labels);
  const workers = table.workers.length;
  const { coefficients } = readPairwiseCohen(table, workers === 2 ? 1 : undefined);
  return { workers, coefficients: { ...coefficients } };
}
