import { METHODS } from '../aggregation/methods';
import { type LabelKind } from '../agreement/label-metric';
import { CHOICES_METHODS, readChoices } from './choices';
import { NUMBER_METHODS, readNumber } from './numbers';
import { fromOneSide, preferenceMethods, winnerOf } from './preferences';
import { RANKING_METHODS, readRanking } from './rankings';
import { BOXES_METHODS, readBoxes, readSpans, SPANS_METHODS } from './shapes';
import { TEXT_METHODS } from './texts';
import { type WrittenMethod, type WrittenRow } from './written';

/** Kinds whose labels are not one of a closed set and its order. */
export type WrittenKind = Exclude<LabelKind, 'choice' | 'rating'>;

// Every method of every kind is behind this file: `.swcrc` has it loaded when it is first asked.

/** The methods of each kind that is aggregated from what is written, by the name that `--method` takes; the first is the default. */
export const METHODS_OF_KIND: Readonly<Record<WrittenKind, Readonly<Record<string, WrittenMethod>>>> = {
  number: NUMBER_METHODS,
  choices: CHOICES_METHODS,
  preference: preferenceMethods(METHODS),
  ranking: RANKING_METHODS,
  boxes: BOXES_METHODS,
  spans: SPANS_METHODS,
  text: TEXT_METHODS,
};

/** Reads one label of a kind. @throws RangeError on one that the kind does not have, naming label, item and worker. */
export const READING_OF_KIND: Readonly<Record<WrittenKind, (row: WrittenRow) => unknown>> = {
  number: readNumber,
  choices: readChoices,
  preference: winnerOf,
  ranking: readRanking,
  boxes: readBoxes,
  spans: readSpans,
  text: (row) => row.label,
};

/** Rows of a kind whose labels mean the same on each item: preferences from one side of it. @throws RangeError as `fromOneSide`. */
export function alikeOfKind<Row extends WrittenRow>(kind: LabelKind, rows: readonly Row[]): readonly Row[] {
  return kind === 'preference' ? fromOneSide(rows) : rows;
}
