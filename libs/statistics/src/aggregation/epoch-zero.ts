import { type PublishedModel, UNTEMPERED } from './published-model';

/** What three unanimous labels are worth before anything was fitted. */
const THREE_OF_THREE = 0.96;

/**
 * The model of a question of which nothing was fitted yet: a uniform prior, no worker known, and a pooled worker who is right with the
 * same odds against each single wrong label.
 *
 * The odds are such that three unanimous labels reach a posterior of .96 however many labels the question has, and two do not reach
 * .9 (K = 2: accuracy .743, two labels .893, three .96; K = 5: .536, .842, .96). So a project that asks for .95 gets three labels an
 * item until an epoch knows more, and its early decisions do not depend on K: an accuracy fixed for all K would let two labels of five
 * decide at .98, where errors in fact gather on few classes.
 */
export function epochZero(labels: number): PublishedModel {
  if (!(Number.isInteger(labels) && labels >= 2)) throw new RangeError(`labels ${labels}: expected 2 or more`);
  const odds = Math.cbrt((THREE_OF_THREE / (1 - THREE_OF_THREE)) * (labels - 1));
  const logRight = Math.log(odds / (odds + labels - 1));
  const logWrong = Math.log(1 / (odds + labels - 1));
  const pooled = new Float64Array(labels * labels).fill(logWrong);
  for (let k = 0; k < labels; k++) pooled[k * labels + k] = logRight;
  return {
    form: 'matrix',
    labels,
    stateLabel: Int32Array.from({ length: labels }, (_, k) => k),
    logPrior: new Float64Array(labels).fill(-Math.log(labels)),
    pooled,
    workers: new Map(),
    tempering: UNTEMPERED,
  };
}
