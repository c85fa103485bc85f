import { type KindName, type Question } from '../project/label-schema';

/**
 * What a kind of label knows by itself. The distance of two labels and how labels become a consensus need statistics: they stand
 * beside those who compute them.
 */
export interface Kind {
  name: KindName;
  /** The label as the kind writes it, or what was expected instead. Never throws, whatever the value. */
  check(value: unknown, question: Question): CheckedLabel;
}

/** A label that may be recorded, or what was expected instead. */
export type CheckedLabel = { type: 'label'; label: string } | { type: 'refused'; expected: string };
