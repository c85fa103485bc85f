import { Injectable } from '@nestjs/common';
import { type Question } from '@assay/contracts/project/label-schema';
import { type Transaction } from '@assay/platform/transport/transaction';
import { epochZero } from '@assay/statistics/aggregation/epoch-zero';
import { type PublishedModel } from '@assay/statistics/aggregation/published-model';
import { modelFrom } from '@assay/statistics/aggregation/published-model-json';
import { modelsOf, type Moment, momentOf } from './epoch.queries';

/** The model that a question is decided by, and the epoch that it is of. */
export interface CurrentModel {
  model: PublishedModel;
  epoch: number;
}

interface FittedProject {
  epoch: number;
  models: ReadonlyMap<string, PublishedModel>;
}

/** Projects whose models are kept in memory. */
const MOST_PROJECTS = 64;

/**
 * The models by which items are decided. Which epoch counts is read inside each transaction; what is in memory is only a copy of what
 * that epoch holds.
 */
@Injectable()
export class Models {
  private readonly zero = new Map<number, PublishedModel>();
  private readonly fitted = new Map<string, FittedProject>();

  /** The models of some projects, as this transaction sees them. */
  async current(tx: Pick<Transaction, 'sql'>, projects: readonly string[]): Promise<CurrentModels> {
    const moment = await momentOf(tx, projects);
    const fitted = new Map<string, FittedProject>();
    for (const [project, { epoch }] of moment.pointers) {
      const known = this.fitted.get(project);
      fitted.set(project, known?.epoch === epoch ? known : await this.load(tx, project));
    }
    return new CurrentModels(moment, fitted, (labels) => this.epochZero(labels));
  }

  private async load(tx: Pick<Transaction, 'sql'>, project: string): Promise<FittedProject> {
    const { epoch, models } = await modelsOf(tx, project);
    const loaded: FittedProject = {
      epoch,
      models: new Map([...models].map(([question, { header, workers }]) => [question, modelFrom(header, workers)])),
    };
    this.fitted.delete(project);
    this.fitted.set(project, loaded);
    if (this.fitted.size > MOST_PROJECTS) this.fitted.delete([...this.fitted.keys()][0]!);
    return loaded;
  }

  private epochZero(labels: number): PublishedModel {
    let model = this.zero.get(labels);
    if (!model) this.zero.set(labels, (model = epochZero(labels)));
    return model;
  }
}

/** The models of some projects at one moment. */
export class CurrentModels {
  constructor(
    private readonly moment: Moment,
    private readonly fitted: ReadonlyMap<string, FittedProject>,
    private readonly zero: (labels: number) => PublishedModel,
  ) {}

  /** The highest version that a lost database can have given an item. */
  get lostVersions(): number {
    return this.moment.lostVersions;
  }

  /** The newest epoch of a project; 0 before the first. */
  epochOf(project: string): number {
    return this.fitted.get(project)?.epoch ?? 0;
  }

  /** Whether a settling epoch came after the one given. */
  settlesSince(project: string, epoch: number): boolean {
    return (this.moment.pointers.get(project)?.settlingEpoch ?? 0) > epoch;
  }

  /** The model of a question: epoch zero, which knows nothing but the number of labels, until a fit knows all its labels. */
  of(project: string, question: Question): CurrentModel {
    const fitted = this.fitted.get(project);
    const model = fitted?.models.get(question.name);
    if (fitted && model?.labels === question.labels.length) return { model, epoch: fitted.epoch };
    return { model: this.zero(question.labels.length), epoch: 0 };
  }
}
