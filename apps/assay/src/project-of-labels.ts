import { basename } from 'node:path';
import { hasCharacters } from '@assay/contracts/characters';
import { STORABLE } from '@assay/contracts/fields';
import { type KindName, QUESTION_NAME } from '@assay/contracts/project/label-schema';
import { CliError, EXIT } from './cli-error';
import { type LabelColumns } from './label-file';
import { excerpt } from './records';

/** Most labels that a question may have. */
const MOST_LABELS = 1000;

/** The name of the question of a file that names none. */
export const DEFAULT_QUESTION = 'label';

/** Stands for all that nobody said, where a file has a single label: a question has two or more, or there is nothing to ask. */
export const ANY_OTHER = '(any other)';

/** What `PUT /v1/projects` takes, as far as a file of labels can say it. */
export interface InferredProject {
  project: string;
  title: string;
  questions: { name: string; kind: KindName; labels: string[] }[];
}

/**
 * The project that the labels of a file describe by themselves: named for the file, one question for each in column `question` (`label`
 * where there is none), with the labels found. Labels are sorted, numbers by value, so that the order of rows decides nothing.
 * @param single what to do with a question of a single label: refuse it, since a project would be missing the labels that others may give, or measure it as if
 * there were another.
 * @throws CliError 6 where a question has more than 1,000 labels, or fewer than two; on a label or the name of a question that no project can have, with its line.
 */
export function projectOfLabels(
  file: string,
  columns: LabelColumns,
  kind: KindName,
  single: 'refuse' | 'measure' = 'refuse',
): InferredProject {
  requireNames(file, columns);
  const labels = labelsOfQuestions(columns);
  if (labels.size === 0) throw new CliError(EXIT.badData, noLabels(file));
  const project = projectName(file);
  const questions = [...labels].map(([name, found]) => ({ name, kind, labels: sortedLabels([...found]) }));
  for (const { name, labels: found } of questions) {
    if (single === 'measure' && found.length === 1) found.push(ANY_OTHER);
    checkCount(file, name, found);
  }
  questions.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { project, title: file, questions };
}

function requireNames(file: string, { line, label, question }: LabelColumns): void {
  const refuse = (index: Int32Array, value: number, problem: string) => {
    const row = index.indexOf(value);
    // It may stand in rows alone that are bad in another way.
    if (row >= 0) throw new CliError(EXIT.badData, `${file}:${line[row]}: ${problem}`);
  };
  label.values.forEach((value, k) => {
    const text = String(value);
    if (!STORABLE.test(text)) {
      const what = text.includes('\u0000') ? 'a NUL character' : 'half a surrogate pair';
      refuse(label.index, k, `label ${excerpt(text)} holds ${what}; expected text`);
    } else if (!hasCharacters(text, 0, 200))
      refuse(label.index, k, `label ${excerpt(text)}; expected up to 200 characters (is this free text?)`);
  });
  question?.values.forEach((name, q) => {
    if (QUESTION_NAME.test(name) && name.length <= 63) return;
    refuse(
      question.index,
      q,
      `question ${excerpt(name)}; expected 1 to 63 of a-z, 0-9, - and _, a letter or digit first`,
    );
  });
}

/** The labels that occur, of each question that does. */
function labelsOfQuestions({ length, question, label }: LabelColumns): Map<string, Set<string>> {
  const labels = new Map<string, Set<string>>();
  /** The question for which each label was last seen: most rows say nothing new. */
  const seenOf = new Int32Array(label.values.length).fill(-2);
  for (let i = 0; i < length; i++) {
    const asked = question ? question.index[i]! : -1;
    if (seenOf[label.index[i]!] === asked) continue;
    seenOf[label.index[i]!] = asked;
    const name = asked < 0 ? DEFAULT_QUESTION : question!.values[asked]!;
    const found = labels.get(name) ?? new Set<string>();
    const text = String(label.values[label.index[i]!]);
    if (text !== '') found.add(text);
    labels.set(name, found);
  }
  return labels;
}

/** Words about a file in which there is nothing to read. */
export function noLabels(file: string): string {
  return `${file}: no labels; expected a row or more after the header`;
}

function checkCount(file: string, question: string, labels: readonly string[]): void {
  if (labels.length >= 2 && labels.length <= MOST_LABELS) return;
  // Only now: to load how numbers are written costs every command 15 ms and 7 MiB.
  const found = `${labels.length.toLocaleString('en-US')} different labels for question "${question}"`;
  if (labels.length > MOST_LABELS) {
    throw new CliError(EXIT.badData, `${file}: ${found}; expected up to 1,000 (is this free text?)`);
  }
  throw new CliError(EXIT.badData, `${file}: ${found}; expected two or more (name them in a project file)`);
}

/** The file's name without its ending, in the letters that a project may have. */
export function projectName(file: string): string {
  const stem = basename(file).replace(/\.[^.]*$/, '');
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name.slice(0, 63) || 'labels';
}

/** Numbers by value before words by code unit. */
export function sortedLabels(labels: readonly string[]): string[] {
  const value = (label: string) => (label.trim() === '' ? NaN : Number(label));
  return [...labels].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return x - y || (a < b ? -1 : a > b ? 1 : 0);
  });
}
