import { acceptedMask, type AcceptedLabels } from './accepted-labels';
import { type Decided } from './calibration';
import { type LabelTable } from './label-table';
import { type Aggregation, type Method } from './aggregation';
import { aggregationOf } from './methods';
import { evidenceOf, posteriorOf } from './posterior';
import { temperatureOnGold } from './temperature-on-gold';

/** What gold makes of an aggregation, and what it says of it. */
export interface GoldAggregation {
  aggregation: Aggregation;
  /** Each gold item with labels, as it would have been decided without gold. */
  audit: Decided[];
}

/**
 * Aggregates with known labels. Gold clamps: the fit takes the accepted labels of an item for the only possible ones, and so does its decision.
 * Gold audits: every gold item is also decided by a fit that knows none, and the temperature of the confidence is fitted on those (a fit that knew
 * them would find them easy). A method without a published model is only audited and clamped.
 * @throws RangeError on an accepted label that is not one of the table's.
 */
export function aggregateWithGold(table: LabelTable, method: Method, gold: AcceptedLabels): GoldAggregation {
  const free = method(table);
  const labelled = table.items.flatMap((item, t) => {
    const accepted = gold.get(item);
    return accepted && table.itemStart[t] !== table.itemStart[t + 1] ? [{ t, accepted }] : [];
  });
  const audit = labelled.map(({ t, accepted }) => ({
    right: accepted.includes(table.labels[free.labels[t]!]!),
    confidence: free.confidence[t]!,
  }));
  let aggregation = method(table, gold);
  if (free.model && aggregation.model) {
    const known = labelled.flatMap(({ t, accepted }) =>
      accepted.length === 1 ? [{ evidence: evidenceOf(table, t), label: table.labels.indexOf(accepted[0]!) }] : [],
    );
    const tempering = temperatureOnGold(free.model, known);
    aggregation = aggregationOf(table, { ...aggregation.model, tempering });
  }
  return { aggregation: clamped(table, aggregation, gold), audit };
}

/** The same with the decision of each gold item within its accepted labels. */
function clamped(table: LabelTable, aggregation: Aggregation, gold: AcceptedLabels): Aggregation {
  const mask = acceptedMask(table, gold);
  if (mask === undefined) return aggregation;
  const K = table.labels.length;
  const labels = Int32Array.from(aggregation.labels);
  const posterior = Float64Array.from(aggregation.posterior);
  const confidence = Float64Array.from(aggregation.confidence);
  table.items.forEach((item, t) => {
    if (!gold.has(item)) return;
    const possible = mask.subarray(t * K, (t + 1) * K);
    const { model } = aggregation;
    // Of several accepted labels a method without a model has chosen by itself, where it can; of one it is certain.
    const isOpen = possible.reduce((sum, one) => sum + one, 0) > 1;
    if (!model && isOpen && possible[labels[t]!] === 1) return;
    const shares = (model ? posteriorOf(model, evidenceOf(table, t)).posterior : new Float64Array(K).fill(1)).map(
      (share, k) => share * possible[k]!,
    );
    const best = shares.reduce((most, share, k) => (share > shares[most]! ? k : most), possible.indexOf(1));
    const total = shares.reduce((sum, share) => sum + share, 0);
    labels[t] = best;
    posterior[t] = confidence[t] = total > 0 ? shares[best]! / total : 1;
  });
  return { ...aggregation, labels, posterior, confidence };
}
