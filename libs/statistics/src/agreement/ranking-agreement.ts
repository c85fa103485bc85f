import { type LabelTable } from '../aggregation/label-table';
import { type EstimatedCoefficient, NO_OVERLAP } from './coefficient';
import { kendallW } from './kendall-w';
import { listed } from './label-metric';
import { meanOverItems } from './mean-over-items';

/** `kendallW`: the mean over items of Kendall's W of the rankings of all their workers, of the things that all of them ranked. */
export function rankingAgreement(table: LabelTable): { kendallW: EstimatedCoefficient } {
  const values: number[] = [];
  let reason = NO_OVERLAP;
  for (let t = 0; t < table.items.length; t++) {
    const rankings = Array.from(table.label.subarray(table.itemStart[t], table.itemStart[t + 1]), (label) =>
      listed(table.labels[label]!),
    );
    if (rankings.length < 2) continue;
    const shared = rankings[0]!.filter((thing) => rankings.every((ranking) => ranking.includes(thing)));
    const concordance = kendallW(rankings.map((ranking) => shared.map((thing) => ranking.indexOf(thing))));
    if (concordance.value === null) reason = concordance.reason;
    else values.push(concordance.value);
  }
  return { kendallW: meanOverItems(values, reason) };
}
