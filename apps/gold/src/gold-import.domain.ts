import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { type AcceptedLabels } from '@assay/contracts/gold/gold-item';
import { nearestName } from '@assay/contracts/nearest-name';
import { type Question } from '@assay/contracts/project/label-schema';

/** Known labels of a question of an item, as a request tells them. */
export interface ToldGold {
  item: string;
  question?: string;
  label?: string;
  labels?: string[];
}

/** What a request tells of one item: its accepted labels by question, or what is wrong. */
export type ToldItem =
  { type: 'told'; item: string; accepted: AcceptedLabels[] } | { type: 'refused'; item: string; errors: FieldError[] };

/** The rows of a request by item, in the order in which items first occur: rows of one question of an item are alternatives. */
export function toldItems(rows: readonly ToldGold[], questions: readonly Question[]): ToldItem[] {
  const items = new Map<string, { accepted: Map<string, Set<string>>; errors: FieldError[] }>();
  for (const row of rows) {
    const told = items.get(row.item) ?? { accepted: new Map<string, Set<string>>(), errors: [] };
    items.set(row.item, told);
    const errors = problemsOf(row, questions);
    told.errors.push(...errors);
    if (errors.length > 0) continue;
    const name = row.question ?? questions[0]!.name;
    const labels = told.accepted.get(name) ?? new Set<string>();
    for (const label of labelsOf(row)) labels.add(label);
    told.accepted.set(name, labels);
  }
  return [...items].map(([item, { accepted, errors }]) =>
    errors.length > 0
      ? { type: 'refused', item, errors }
      : {
          type: 'told',
          item,
          accepted: [...accepted].map(([question, labels]) => ({ question, labels: [...labels] })),
        },
  );
}

function labelsOf({ label, labels = [] }: ToldGold): string[] {
  return label === undefined ? labels : [label, ...labels];
}

function problemsOf(row: ToldGold, questions: readonly Question[]): FieldError[] {
  const names = questions.map((one) => one.name);
  if (row.question === undefined && questions.length > 1)
    return [fieldError('question', undefined, `one of ${names.join(', ')}`)];
  const question = questions.find((one) => one.name === (row.question ?? names[0]));
  if (!question) {
    const near = nearestName(row.question!, names);
    return [fieldError('question', row.question, `one of ${names.join(', ')} (did you mean ${near}?)`)];
  }
  const labels = labelsOf(row);
  if (labels.length === 0) return [fieldError('label', undefined, `one of ${question.labels.join(', ')}`)];
  return labels
    .filter((label) => !question.labels.includes(label))
    .map((label) => fieldError('label', label, `one of ${excerpt(question.labels)} (question "${question.name}")`));
}

function excerpt(labels: readonly string[]): string {
  return labels.length <= 20 ? labels.join(', ') : `${labels.slice(0, 20).join(', ')} and ${labels.length - 20} more`;
}
