import { bradleyTerry } from '../aggregation/bradley-terry';
import { comparisonsOf, type Preference, type TieWeight } from '../aggregation/comparisons';
import { crowdBt } from '../aggregation/crowd-bt';
import { type Method } from '../aggregation/aggregation';
import { ofSet } from './of-set';
import { unreadable, type WrittenDecision, type WrittenMethod, type WrittenRow } from './written';

/**
 * Methods for preferences. Those of one label an item (`ofSet`) decide each pair: left, right or tie, as `fromOneSide` sees it. The others need the columns left and right and give
 * each thing that was compared a log strength, strongest first: Bradley-Terry with a tie as half a win each way or dropped, and
 * CrowdBT, which also learns who reports the better one (ties dropped).
 */
export function preferenceMethods(methods: Readonly<Record<string, Method>>): Record<string, WrittenMethod> {
  const each = Object.fromEntries(
    Object.entries(methods).map(([name, method]): [string, WrittenMethod] => [
      name,
      (rows) => ofSet(fromOneSide(rows), method),
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

/**
 * Preferences as left, right or tie, from one side of each item: where some were shown its two things the other way round, left is the one whose name comes
 * first, and what they said is turned.
 * @throws RangeError on an item of more than two things, and as `winnerOf`.
 */
export function fromOneSide<Row extends WrittenRow>(rows: readonly Row[]): Row[] {
  const shown = new Map<string, { lefts: Set<string>; things: Set<string> }>();
  for (const { item, left, right } of rows) {
    if (left === undefined || right === undefined) continue;
    const known = shown.get(item) ?? { lefts: new Set(), things: new Set() };
    shown.set(item, { lefts: known.lefts.add(left), things: known.things.add(left).add(right) });
  }
  for (const [item, { things }] of shown) {
    if (things.size > 2) {
      throw new RangeError(`item "${item}" compares ${[...things].sort().join(', ')}: expected two things an item`);
    }
  }
  return rows.map((row) => {
    const { item, left, right } = row;
    const label = winnerOf(row);
    const isTurned = shown.get(item)?.lefts.size === 2 && left! > right!;
    return isTurned ? { ...row, label: OTHER_SIDE[label], left: right, right: left } : { ...row, label };
  });
}

const OTHER_SIDE = { left: 'right', right: 'left', tie: 'tie' } as const;

/** left, right or tie; the name of one of the two is taken for its side. @throws RangeError on anything else. */
export function winnerOf(row: WrittenRow): Preference['winner'] {
  const { label, left, right } = row;
  if (label === 'left' || label === 'right' || label === 'tie') return label;
  if (label !== '' && label === left) return 'left';
  if (label !== '' && label === right) return 'right';
  throw unreadable(row, 'left, right or tie, or what stands in one of those columns');
}
