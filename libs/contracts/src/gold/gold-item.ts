import { Integer, ListOf, Text, Texts } from '../fields';
import { ItemRef } from '../item/item-imported';

/** The labels of one question of a gold item that are right. */
export class AcceptedLabels {
  @Text({ max: 63 })
  question!: string;

  @Texts({ min: 1, max: 1000 })
  labels!: string[];
}

/** The full state of a gold item. The highest revision counts. */
export class GoldItem extends ItemRef {
  /** Grows by one with every change. */
  @Integer({ min: 1 })
  revision!: number;

  /** One entry a question whose label is known. */
  @ListOf(() => AcceptedLabels, { min: 1, max: 100 })
  accepted!: AcceptedLabels[];
}
