import { type Repeats } from '@assay/contracts/project/label-schema';
import { comparePlaces, countingEntries, type Entry } from '@assay/contracts/annotation/entry';

/** Why an entry counts for a question, or why not, in words for people. */
export function standingOf(entry: Entry, entries: readonly Entry[], question: string, repeats: Repeats): string {
  if (!entry.labels) return 'it is a retraction';
  if (countingEntries(entries, question, repeats).includes(entry)) return 'it counts';
  // Without those that give the question no label, a retraction or a later entry of another question would seem to matter.
  const cell = entries.filter(
    (other) =>
      other.worker === entry.worker &&
      other.occasion === entry.occasion &&
      (!other.labels || Object.hasOwn(other.labels, question)),
  );
  if (cell.some((other) => other.revision > entry.revision)) return 'a later revision outdoes it';
  const isTakenBack = cell.some(
    (other) => !other.labels && other.revision === entry.revision && comparePlaces(entry, other) <= 0,
  );
  return isTakenBack ? 'it was retracted' : 'another of the same worker on the same occasion is kept';
}
