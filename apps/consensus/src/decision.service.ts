import { Injectable } from '@nestjs/common';
import { itemLane } from '@assay/platform/copies/annotated-item';
import { type Project } from '@assay/platform/copies/project-copy';
import { nextVersion } from '@assay/platform/postgres/lost-versions';
import { type LanesTransaction, type Transaction } from '@assay/platform/transport/transaction';
import { adjudicationOf } from './adjudication.domain';
import { changeStripes } from './agreement.queries';
import { publishDecisions } from './consensus.event';
import { type Cause, ConsensusMetrics } from './consensus.metrics';
import { decide } from './decision.domain';
import { contributionOf, countingOf, type Item } from './item.domain';
import { countItems } from './item-count.queries';
import { goldAmong, type GoldReference, saveItems } from './item.queries';
import { type CurrentModels, Models } from './models';
import { StripeChanges } from './stripe-changes';

/** An item that was decided, and as it was before. */
export interface DecidedItem {
  before: Item | undefined;
  after: Item;
  gold: GoldReference | undefined;
}

/** What items are decided by, besides themselves and their projects. */
export interface DecisionGrounds {
  models: CurrentModels;
  /** By row key; most items were never in the pool. */
  gold: ReadonlyMap<string, GoldReference>;
}

/** Decides items by what counts at the moment, and brings everything that follows from them up to date. */
@Injectable()
export class DecisionService {
  constructor(
    private readonly models: Models,
    private readonly metrics: ConsensusMetrics,
  ) {}

  /** What items are decided by, besides themselves and their projects, as this transaction sees it. */
  async grounds(
    tx: Pick<Transaction, 'sql'>,
    projects: readonly string[],
    keys: readonly string[],
  ): Promise<DecisionGrounds> {
    const [models, gold] = await Promise.all([this.models.current(tx, projects), goldAmong(tx, keys)]);
    return { models, gold };
  }

  /** Decides changed items and keeps them. */
  async settle(
    changes: readonly (readonly [before: Item | undefined, after: Item])[],
    projects: ReadonlyMap<string, Project>,
    grounds: DecisionGrounds,
    tx: LanesTransaction,
  ): Promise<void> {
    if (changes.length > 0) await this.keep(this.decideAll(changes, projects, grounds), projects, tx, 'evidence');
  }

  /** Decides items; keeps nothing. */
  decideAll(
    changes: readonly (readonly [before: Item | undefined, after: Item])[],
    projects: ReadonlyMap<string, Project>,
    { models, gold: references }: DecisionGrounds,
  ): DecidedItem[] {
    return changes.map(([before, item]) => {
      const gold = references.get(item.key);
      return { before, after: decided(item, projects.get(item.project)!, models, gold?.isAvailable ?? false), gold };
    });
  }

  /** Saves decided items, publishes what changed, and exchanges what they add to accounting, agreement and counts. */
  async keep(
    items: readonly DecidedItem[],
    projects: ReadonlyMap<string, Project>,
    tx: LanesTransaction,
    cause: Cause,
  ): Promise<void> {
    const stripes = new StripeChanges();
    for (const { before, after, gold } of items) {
      const project = projects.get(after.project)!;
      const was = before?.contribution ?? NOTHING;
      const is = after.contribution;
      tx.account(itemLane(after), after.project, {
        applied: is.applied - was.applied,
        superseded: is.superseded - was.superseded,
      });
      stripes.exchange(after, was, is, project.questions);
      publishDecisions(tx, before?.decisions ?? [], after, project, gold?.revision);
    }
    const saved = items.map(({ after }) => after);
    saveItems(tx, saved);
    countItems(
      tx,
      items.map(({ before, after }) => [before, after]),
    );
    await changeStripes(tx, stripes.all());
    tx.whenCommitted(() => this.metrics.decided(cause, saved));
  }
}

const NOTHING: Item['contribution'] = { applied: 0, superseded: 0, labels: {} };

function decided(item: Item, project: Project, models: CurrentModels, isGold: boolean): Item {
  const { questions, policy, revision } = project;
  const counting = countingOf(item, questions, policy);
  const decisions = questions.map((question) =>
    decide(counting.get(question.name) ?? [], {
      ...{ question, policy, isGold, ...models.of(project.project, question) },
      adjudication: adjudicationOf(item.adjudications, question.name),
    }),
  );
  return {
    ...item,
    decisions: item.isWithdrawn ? [] : decisions,
    contribution: contributionOf(item, counting, policy),
    version: nextVersion(item.version, models.lostVersions),
    policyRevision: revision,
    epoch: models.epochOf(project.project),
  };
}
