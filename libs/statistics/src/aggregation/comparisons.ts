import { type Comparisons } from './bradley-terry';

/** One preference: left against right, and who won. */
export interface Preference {
  left: string;
  right: string;
  winner: 'left' | 'right' | 'tie';
}

/** What a tie is: half a win each way, or nothing. */
export type TieWeight = 'half' | 'drop';

/**
 * Preferences as columns, items in the order of their names. `rows` says from which preference each comparison came (a tie that counts as two halves
 * has two).
 */
export function comparisonsOf(
  preferences: readonly Preference[],
  ties: TieWeight = 'half',
): Comparisons & { rows: Int32Array } {
  const items = [...new Set(preferences.flatMap(({ left, right }) => [left, right]))].sort();
  const index = new Map(items.map((item, i) => [item, i]));
  const won: { winner: number; loser: number; weight: number; row: number }[] = [];
  preferences.forEach(({ left, right, winner }, row) => {
    const l = index.get(left)!;
    const r = index.get(right)!;
    if (winner === 'left') won.push({ winner: l, loser: r, weight: 1, row });
    else if (winner === 'right') won.push({ winner: r, loser: l, weight: 1, row });
    else if (ties === 'half') {
      won.push({ winner: l, loser: r, weight: 0.5, row }, { winner: r, loser: l, weight: 0.5, row });
    }
  });
  return {
    items,
    winner: Int32Array.from(won, ({ winner }) => winner),
    loser: Int32Array.from(won, ({ loser }) => loser),
    weight: Float64Array.from(won, ({ weight }) => weight),
    rows: Int32Array.from(won, ({ row }) => row),
  };
}
