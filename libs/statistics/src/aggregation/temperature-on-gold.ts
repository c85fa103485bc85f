import { type Evidence, posteriorOf } from './posterior';
import { type PublishedModel, type Tempering } from './published-model';

/** An item whose label is known (index in the order of the schema), with the labels that it got. */
export interface KnownItem {
  evidence: readonly Evidence[];
  label: number;
}

/** Standard deviation of the logarithm of the temperature around the model's own, before any known item was seen. */
const PRIOR_SPREAD = 0.7;

/**
 * Tempering fitted on known items: the `temperature` that makes their labels most probable, by golden-section search of its logarithm between
 * 1/20 and 20; `perLabel` and `lapse` stay. It is drawn to the model's own temperature, so that a few items move it
 * little. The items must not have been clamped in the fit, or they look easier than they are.
 * Without items it is the model's own.
 */
export function temperatureOnGold(model: PublishedModel, known: readonly KnownItem[]): Tempering {
  const centre = Math.log(model.tempering.temperature);
  if (known.length === 0) return model.tempering;
  const loss = (logTemperature: number) => {
    const tempered = { ...model, tempering: { ...model.tempering, temperature: Math.exp(logTemperature) } };
    const sum = known.reduce((total, item) => total - Math.log(probabilityOf(tempered, item)), 0);
    return sum + (logTemperature - centre) ** 2 / (2 * PRIOR_SPREAD ** 2);
  };
  return { ...model.tempering, temperature: Math.exp(goldenSection(loss, -Math.log(20), Math.log(20))) };
}

function probabilityOf(model: PublishedModel, { evidence, label }: KnownItem): number {
  const decided = posteriorOf(model, evidence);
  if (decided.label === label) return decided.confidence;
  // What the confidence leaves is shared among the other labels as the posterior shares it.
  const others = 1 - decided.posterior[decided.label]!;
  const share = others > 0 ? decided.posterior[label]! / others : 1 / (model.labels - 1);
  return Math.max(1e-12, (1 - decided.confidence) * share);
}

/** Where a function with one minimum has it, to 1e-6. */
function goldenSection(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let a = low;
  let b = high;
  while (b - a > 1e-6) {
    const left = b - ratio * (b - a);
    const right = a + ratio * (b - a);
    if (f(left) <= f(right)) b = right;
    else a = left;
  }
  return (a + b) / 2;
}
