import { type AcceptedLabels } from './accepted-labels';
import { type LabelTable } from './label-table';
import { type PublishedModel } from './published-model';

/** What a method believes of each item of a table. */
export interface Aggregation {
  /** T: index of the label; -1 for an item without labels. */
  labels: Int32Array;
  /** T: posterior of that label; of a vote its share. */
  posterior: Float64Array;
  /** T: what a policy would look at; equal to the posterior where a method does not temper. */
  confidence: Float64Array;
  /** Of the methods that the pipeline could use. */
  model?: PublishedModel;
}

export type Method = (table: LabelTable, accepted?: AcceptedLabels) => Aggregation;
