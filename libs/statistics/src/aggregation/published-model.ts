/**
 * The published model of a question: what a fit knows, in the one form that the live pipeline, its sweeps, the batch fit and the
 * command line turn into posteriors (`posterior.ts`).
 *
 * Terminology:
 *   state    what an item can be, as far as workers can tell: at least one a label, more where a label has subtypes
 *   matrix   log-likelihoods of one worker: cell [label * states + state] = log Pr(worker says label | item is in state)
 *   pooled   the matrix of a worker who has none of their own
 *   profile  the shared distribution of errors, used instead of matrices above 32 labels
 */
export type PublishedModel = MatrixModel | ProfileModel;

interface ModelBase {
  /** K, the number of labels of the question when the model was fitted. */
  labels: number;
  /** Label of each state, an index in the order of the schema. */
  stateLabel: Int32Array;
  /** Log prior of each state. */
  logPrior: Float64Array;
  tempering: Tempering;
}

export interface MatrixModel extends ModelBase {
  form: 'matrix';
  /** labels * states cells, all finite. */
  pooled: Float64Array;
  /** Matrices of the workers who have one, by worker. */
  workers: ReadonlyMap<string, Float64Array>;
}

/**
 * One accuracy a worker: right with probability a; else wrong label l with probability (1 - a) q[l] / (1 - q[truth]). One state a label.
 */
export interface ProfileModel extends ModelBase {
  form: 'profile';
  /** Log of q, the shared profile of errors, a label. */
  logProfile: Float64Array;
  /** [log a, log(1 - a)] of a worker who has none of their own. */
  pooled: Float64Array;
  /** [log a, log(1 - a)] by worker. */
  workers: ReadonlyMap<string, Float64Array>;
}

/**
 * How far posteriors are believed. Labels of one item are not independent given its truth: its difficulty and its lures are shared. So log odds
 * are divided by `temperature * (1 + perLabel * (m - 1))`, and `lapse` of the mass is spread evenly over the labels, because no number
 * of labels makes a misleading item certain.
 *
 * m is the effective number of labels, (sum e)^2 / sum e^2 over the evidence e of each, the distance of the largest from the smallest
 * log-likelihood that it gives to a state: n for n workers alike, and a label that says nothing (a spammer's) does not count, so that it
 * cannot make the others less believed.
 */
export interface Tempering {
  /** 1 leaves the posterior of a single label as it is. */
  temperature: number;
  /** Correlation of the evidence of two labels of one item, from 0. */
  perLabel: number;
  /** From 0 to 1. */
  lapse: number;
}

export const UNTEMPERED: Tempering = { temperature: 1, perLabel: 0, lapse: 0 };

/** Most labels that a question can have for its workers to be given whole matrices. */
export const MOST_MATRIX_LABELS = 32;
