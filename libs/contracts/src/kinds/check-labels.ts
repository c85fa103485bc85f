import { type FieldError, fieldError } from '../field-error';
import { nearestName } from '../nearest-name';
import { type Question } from '../project/label-schema';
import { KIND_OF } from './kinds';

/** Labels that may be recorded, or what is wrong with them. */
export type CheckedLabels =
  { type: 'labels'; labels: Record<string, string> } | { type: 'refused'; errors: FieldError[] };

/**
 * The labels of an annotation as their kinds write them, by question in the order of the project, or what is wrong with them.
 * An annotation may leave questions out, but not all of them.
 */
export function checkLabels(values: Record<string, unknown>, questions: readonly Question[]): CheckedLabels {
  const names = questions.map((question) => question.name);
  const errors = Object.keys(values)
    .filter((name) => !names.includes(name))
    .map((name) => fieldError(`labels.${name}`, values[name], unknownQuestion(name, names)));
  const labels: Record<string, string> = {};
  for (const question of questions) {
    if (!Object.hasOwn(values, question.name)) continue;
    const value = values[question.name];
    const checked = KIND_OF[question.kind].check(value, question);
    if (checked.type === 'label') labels[question.name] = checked.label;
    else errors.push(fieldError(`labels.${question.name}`, value, checked.expected));
  }
  if (errors.length > 0) return { type: 'refused', errors };
  if (Object.keys(labels).length > 0) return { type: 'labels', labels };
  return { type: 'refused', errors: [fieldError('labels', values, `a label for one of ${names.join(', ')}`)] };
}

function unknownQuestion(name: string, names: readonly string[]): string {
  return `one of the questions ${names.join(', ')} (did you mean ${nearestName(name, names)}?)`;
}

/** `label "5" is not one of 0, 1 (question "label")`: an error of `checkLabels` as a line for people. */
export function describeLabelError(error: FieldError): string {
  const [, question] = error.path.split('labels.');
  const value = JSON.stringify(error.value) ?? 'nothing';
  return question === undefined
    ? `labels ${value} are not ${error.expected}`
    : `label ${value} is not ${error.expected} (question "${question}")`;
}
