import { type Coefficient, ONE_LABEL, NO_OVERLAP, undefinedBecause } from './coefficient';
import { type AgreementWeights, labelWeight } from './categorical-coefficients';

/**
 * Cohen's kappa of two workers, weighted (Cohen 1968) where weights are given: 1 - sum w_kl o_kl / sum w_kl e_kl with w the disagreement
 * |k - l| or its square.
 * @param table items by label of the first [row] and of the second worker [column].
 */
export function cohenKappa(
  table: readonly (readonly number[])[],
  weights: AgreementWeights | 'none' = 'none',
): Coefficient {
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table.map((_, l) => table.reduce((sum, row) => sum + row[l]!, 0));
  const items = rows.reduce((sum, count) => sum + count, 0);
  if (items === 0) return undefinedBecause(NO_OVERLAP);
  let observed = 0;
  let expected = 0;
  table.forEach((row, k) =>
    row.forEach((count, l) => {
      const disagreement = weights === 'none' ? Number(k !== l) : 1 - labelWeight(k, l, table.length, weights);
      observed += disagreement * count;
      expected += (disagreement * rows[k]! * columns[l]!) / items;
    }),
  );
  return expected === 0 ? undefinedBecause(ONE_LABEL) : { value: 1 - observed / expected };
}
