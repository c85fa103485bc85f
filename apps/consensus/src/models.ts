import { Injectable } from '@nestjs/common';
import { type Question } from '@assay/contracts/project/label-schema';
import { epochZero } from '@assay/statistics/aggregation/epoch-zero';
import { type PublishedModel } from '@assay/statistics/aggregation/published-model';

/** The model that a question is decided by, and the epoch that it is of. */
export interface CurrentModel {
  model: PublishedModel;
  epoch: number;
}

/** The models by which items are decided: epoch 0, which knows nothing but the number of labels. */
@Injectable()
export class Models {
  /** The newest epoch. */
  readonly epoch = 0;
  private readonly zero = new Map<number, PublishedModel>();

  of(question: Question): CurrentModel {
    const labels = question.labels.length;
    let model = this.zero.get(labels);
    if (!model) this.zero.set(labels, (model = epochZero(labels)));
    return { model, epoch: this.epoch };
  }
}
