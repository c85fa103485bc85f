import { type Question } from '@assay/contracts/project/label-schema';
import { labelProblem } from './checked-labels';
import { eachRecord, openRecords } from './records';
import { requireColumns } from './label-file';
import { RowErrors } from './row-errors';

/** Accepted labels by item, then question: of gold or of truth. Several rows for an item are several accepted labels. */
export type Answers = Map<string, Map<string, Set<string>>>;

/**
 * Reads a file of gold or truth: columns `task` (or `item`), `label`, and `question` where the project has several.
 * @param question the question of a row that names none.
 * @param known questions whose labels alone are accepted; any are, where the row's is not among them.
 * @throws CliError 3 where there is no such file, 6 where a column is missing or a row is bad.
 */
export async function readAnswers(path: string, question: string, known: readonly Question[] = []): Promise<Answers> {
  const records = await openRecords(path);
  requireColumns(records, [['task', 'item'], ['label']]);
  const errors = new RowErrors(records.name);
  const answers: Answers = new Map();
  eachRecord(records, ['task', 'item', 'label', 'question'], errors, ([task, itemCell, label, asks], line) => {
    const item = String(task ?? itemCell ?? '');
    if (item === '') return errors.add(line, 'task is empty; expected the id of an item');
    const asked = asks === undefined || asks === '' ? question : String(asks);
    const of = known.find(({ name }) => name === asked);
    const problem = of && labelProblem(label ?? '', of);
    if (problem !== undefined) return errors.add(line, problem);
    const byQuestion = answers.get(item) ?? new Map<string, Set<string>>();
    byQuestion.set(asked, (byQuestion.get(asked) ?? new Set()).add(String(label ?? '')));
    answers.set(item, byQuestion);
  });
  errors.refuse();
  return answers;
}

/** The accepted labels of one question, by item. */
export function acceptedOf(gold: Answers, question: Question): Map<string, string[]> {
  const known = new Map<string, string[]>();
  for (const [item, questions] of gold) {
    const accepted = questions.get(question.name);
    if (accepted) known.set(item, [...accepted]);
  }
  return known;
}
