import { describeLabelError } from '@assay/contracts/kinds/check-labels';
import { KIND_OF } from '@assay/contracts/kinds/kinds';
import { type Question } from '@assay/contracts/project/label-schema';
import { type ProjectDefinition } from '@assay/contracts/project/project-definition';
import { type LabelColumns, valueAt } from './label-file';
import { excerpt } from './records';
import { type RowErrors } from './row-errors';

/** Which question and which of its labels each row of a file means. */
export interface CheckedLabels {
  /** Place of the question in the project; -1 where the row is bad. */
  question: Int16Array;
  /** Place of the label among the question's. */
  label: Int16Array;
  /** The slice of each item that has one. */
  slices: Map<string, string>;
  /** Good rows. */
  rows: number;
}

const UNKNOWN = -2;

/** Checks every row of a file against a project; bad ones go to `errors`. */
export function checkLabels(columns: LabelColumns, project: ProjectDefinition, errors: RowErrors): CheckedLabels {
  const { length, line, label } = columns;
  const { questions } = project;
  const checked = { question: new Int16Array(length), label: new Int16Array(length), rows: 0 };
  const placeOf = questionPlaces(columns.question?.values ?? [], questions);
  /** Place of each label of the file among those of a question; of those not asked for yet `UNKNOWN`. */
  const places = questions.map(() => new Int16Array(label.values.length).fill(UNKNOWN));
  const slices = new Slices(columns);
  for (let i = 0; i < length; i++) {
    const asked = columns.question ? columns.question.index[i]! : -1;
    const q = placeOf[asked + 1]!;
    checked.question[i] = q;
    if (q >= 0) {
      let place = places[q]![label.index[i]!]!;
      if (place === UNKNOWN) {
        place = labelPlace(label.values[label.index[i]!], questions[q]!);
        places[q]![label.index[i]!] = place;
      }
      checked.label[i] = place;
      if (place >= 0 && slices.take(i)) {
        checked.rows += 1;
        continue;
      }
    }
    checked.question[i] = -1;
    errors.add(line[i]!, rowProblem(columns, i, questions, questions[q]) ?? slices.problem(i));
  }
  return { ...checked, slices: slices.byItem() };
}

/** Place in the project of what a file calls a question, by 1 + its index in the file's column; first of a row that names none: it means the only one. */
function questionPlaces(names: readonly string[], questions: readonly Question[]): Int16Array {
  const place = (name: string) => questions.findIndex((question) => question.name === name);
  return Int16Array.from([questions.length === 1 ? 0 : place('label'), ...names.map(place)]);
}

function labelPlace(label: unknown, question: Question): number {
  const checked = KIND_OF[question.kind].check(label, question);
  return checked.type === 'label' ? question.labels.indexOf(checked.label) : -1;
}

function rowProblem(
  columns: LabelColumns,
  row: number,
  questions: readonly Question[],
  question: Question | undefined,
): string | undefined {
  if (!question) {
    const names = questions.map(({ name }) => name);
    return `question ${excerpt(valueAt(columns.question, row) ?? '')} is not one of ${names.join(', ')}`;
  }
  return labelProblem(valueAt(columns.label, row), question);
}

/** `label "5" is not one of 0, 1 (question "label")`; undefined where the question has the label. */
export function labelProblem(label: unknown, question: Question): string | undefined {
  const checked = KIND_OF[question.kind].check(label, question);
  if (checked.type === 'label') return undefined;
  return describeLabelError({ path: `labels.${question.name}`, value: label, expected: checked.expected });
}

/** The slice of each item: what the first of its rows that names one says. */
export class Slices {
  private readonly ofItem: Int32Array;
  /** Items with a slice, in the order of the file. */
  private readonly items: number[] = [];

  constructor(private readonly columns: LabelColumns) {
    this.ofItem = new Int32Array(columns.slice ? columns.item.values.length : 0).fill(-1);
  }

  /** Takes the slice of a row; false where an earlier row says otherwise. */
  take(row: number): boolean {
    const { item, slice } = this.columns;
    const named = slice ? slice.index[row]! : -1;
    if (named < 0) return true;
    const t = item.index[row]!;
    if (this.ofItem[t]! < 0) {
      this.ofItem[t] = named;
      this.items.push(t);
    }
    return this.ofItem[t] === named;
  }

  problem(row: number): string {
    const { item, slice } = this.columns;
    const known = slice?.values[this.ofItem[item.index[row]!]!] ?? '';
    const [named, of] = [valueAt(slice, row) ?? '', valueAt(item, row) ?? ''];
    return `slice ${excerpt(named)} of item ${excerpt(of)}; expected ${excerpt(known)} as in an earlier row`;
  }

  byItem(): Map<string, string> {
    const { item, slice } = this.columns;
    return new Map(this.items.map((t) => [item.values[t]!, slice!.values[this.ofItem[t]!]!]));
  }
}
