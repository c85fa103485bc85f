import { type Question } from '../project/label-schema';
import { type CheckedLabel } from './kind';

/**
 * A label out of the question's closed set. Finite numbers and booleans are taken for the label that they are written as
 * (`1` for "1", `true` for "true"); nothing is trimmed and case counts.
 */
export function labelOfSet(value: unknown, question: Question): CheckedLabel {
  const isWritable = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  const label = isWritable ? String(value) : undefined;
  if (label !== undefined && question.labels.includes(label)) return { type: 'label', label };
  return { type: 'refused', expected: `one of ${listed(question.labels)}` };
}

/** The first twenty: a thousand labels help nobody. */
function listed(labels: readonly string[]): string {
  const shown = labels.slice(0, 20).join(', ');
  return labels.length > 20 ? `${shown}, … (${labels.length} labels)` : shown;
}
