import { type Answers } from './answer-file';
import { type Accuracy } from './report';

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/** The consensus label of one question of one item. */
export interface DecidedLabel {
  item: string;
  question: string;
  label?: string;
}

/**
 * Share of decided labels that the answer key accepts, with its Wilson score interval (E. B. Wilson, JASA 22, 1927).
 * Items that the key does not name and items in `leftOut` (gold) do not count; an item without a label counts as wrong.
 * @returns undefined where no item counts.
 */
export function accuracyAgainst(
  truth: Answers,
  decided: Iterable<DecidedLabel>,
  leftOut: ReadonlySet<string> = new Set(),
): Accuracy | undefined {
  let items = 0;
  let correct = 0;
  for (const { item, question, label } of decided) {
    const accepted = truth.get(item)?.get(question);
    if (!accepted || leftOut.has(item)) continue;
    items++;
    if (label !== undefined && accepted.has(label)) correct++;
  }
  if (items === 0) return undefined;
  const value = correct / items;
  const center = (value + (Z * Z) / (2 * items)) / (1 + (Z * Z) / items);
  const half = (Z / (1 + (Z * Z) / items)) * Math.sqrt((value * (1 - value)) / items + (Z * Z) / (4 * items * items));
  return { against: 'truth', items, correct, value, low: center - half, high: center + half };
}
