import { bradleyTerry } from '../aggregation/bradley-terry';
import { comparisonsOf, type Preference, type TieWeight } from '../aggregation/comparisons';
import { crowdBt } from '../aggregation/crowd-bt';
import { type Method } from '../aggregation/aggregation';
import { ofSet } from './of-set';
import { unreadable, type WrittenDecision, type WrittenMethod, type WrittenRow } from './written';

/**
 * Methods for preferences. Those of one label an item (`ofSet`) decide each pair: left, right or tie. The others need the columns left and right and give
 * each thing that was compared a log strength, strongest first: Bradley-Terry with a tie as half a win each way or dropped, and
 * CrowdBT, which also learns who reports the better one (ties dropped).
 */
export function preferenceMethods(methods: Readonly<Record<string, Method>>): Record<string, WrittenMethod> {
  const each = Object.fromEntries(
    Object.entries(methods).map(([name, method]): [string, WrittenMethod] => [
      name,
      (rows) => ofSet(rows.map((row) => ({ ...row, label: winnerOf(row) })), method), // prettier-ignore
    ]),
  );
  return {
    ...each,
    'bradley-terry': (rows) => strengths(rows, 'half'),
    'bradley-terry-without-ties': (rows) => strengths(rows, 'drop'),
    'crowd-bt': (rows) => {
      const comparisons = comparisonsOf(rows.map(preferenceOf), 'drop');
      const workers = [...new Set(rows.map(({ worker }) => worker))].sort();
      const index = new Map(workers.map((worker, w) => [worker, w]));
      const worker = comparisons.rows.map((row) => index.get(rows[row]!.worker)!);
      return strongestFirst(comparisons.items, crowdBt(comparisons, worker, workers.length).scores);
    },
  };
}

function strengths(rows: readonly WrittenRow[], ties: TieWeight): WrittenDecision[] {
  const comparisons = comparisonsOf(rows.map(preferenceOf), ties);
  return strongestFirst(comparisons.items, bradleyTerry(comparisons).scores);
}

function strongestFirst(items: readonly string[], scores: Float64Array): WrittenDecision[] {
  return items
    .map((item, i) => ({ item, score: scores[i]! }))
    .sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1))
    .map(({ item, score }) => ({ item, label: String(score), posterior: null, confidence: null }));
}

function preferenceOf(row: WrittenRow): Preference {
  const { left, right } = row;
  if (left === undefined || right === undefined || left === right)
    throw unreadable(row, 'columns left and right that name two things');
  return { left, right, winner: winnerOf(row) };
}

/** left, right or tie; the name of one of the two is taken for its side. @throws RangeError on anything else. */
export function winnerOf(row: WrittenRow): Preference['winner'] {
  const { label, left, right } = row;
  if (label === 'left' || label === 'right' || label === 'tie') return label;
  if (label !== '' && label === left) return 'left';
  if (label !== '' && label === right) return 'right';
  throw unreadable(row, 'left, right or tie, or what stands in one of those columns');
}
