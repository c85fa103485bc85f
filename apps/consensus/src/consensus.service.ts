import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ItemImported } from '@assay/contracts/item/item-imported';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { rowKey } from '@assay/platform/copies/annotated-item';
import { isAnnotation, type ItemEvent, readyEvents, withAnnotation } from '@assay/platform/copies/item-events';
import { drainParked } from '@assay/platform/copies/parked-events';
import { keepProjects, type Project } from '@assay/platform/copies/project-copy';
import { type Batch } from '@assay/platform/transport/batch';
import { type LaneTransaction } from '@assay/platform/transport/transaction';
import { changeStripes } from './agreement.queries';
import { ConsensusGauges } from './consensus.gauges';
import { ConsensusMetrics } from './consensus.metrics';
import { publishDecisions } from './consensus.event';
import { decide } from './decision.domain';
import { contributionOf, type Item, newItem, withImport } from './item.domain';
import { countItems } from './item-count.queries';
import { itemsBehind, itemsByKey, saveItems } from './item.queries';
import { Models } from './models';
import { markSwept, projectToSweep } from './progress.queries';
import { StripeChanges } from './stripe-changes';

/** Lane whose owner reads the gauges. */
const GAUGES_LANE = 0;
/** Items of one slice of lane work. */
const SLICE = 200;

/** Decides items as events about them arrive, and again when their project's policy changes. */
@Injectable()
export class ConsensusService {
  constructor(
    private readonly models: Models,
    private readonly metrics: ConsensusMetrics,
    private readonly gauges: ConsensusGauges,
  ) {}

  /** Keeps the newest state of each project. Items follow by the sweep. */
  async onProjects(batch: Batch<ProjectConfigured>, tx: LaneTransaction): Promise<void> {
    await keepProjects(batch, tx);
  }

  /** Applies events about items, decides the items anew, publishes what changed. */
  async onItemEvents(events: readonly ItemEvent[], tx: LaneTransaction): Promise<void> {
    const { ready, projects } = await readyEvents(events, tx);
    const before = await itemsByKey(tx, [...new Set(ready.map((event) => rowKey(event.data)))]);
    const after = new Map(before);
    for (const event of ready) this.apply(event, projects.get(event.data.project)!, after, tx);
    const changed = [...after].filter(([key, item]) => item !== before.get(key));
    await this.settle(
      changed.map(([key, item]) => [before.get(key), item]),
      projects,
      tx,
    );
    this.metrics.applied(ready.filter(isAnnotation).map(({ time }) => time));
  }

  /** Looks at parked events again when their project has come or grown. @returns whether more is left. */
  async drain(tx: LaneTransaction): Promise<boolean> {
    return drainParked(tx, (events) => this.onItemEvents(events, tx));
  }

  /** Decides a slice of the items that are behind their project's policy. @returns whether more is left. */
  async sweep(tx: LaneTransaction): Promise<boolean> {
    if (tx.lane === GAUGES_LANE) this.gauges.lead();
    const project = await projectToSweep(tx, tx.lane);
    if (!project) return false;
    const place = { project: project.project, lane: tx.lane, revision: project.revision, epoch: this.models.epoch };
    const items = await itemsBehind(tx, place, SLICE);
    if (items.length === 0) await markSwept(tx, tx.lane, project);
    else
      await this.settle(
        items.map((item) => [item, item]),
        new Map([[project.project, project]]),
        tx,
        'policy',
      );
    return true;
  }

  private apply(event: ItemEvent, project: Project, items: Map<string, Item>, tx: LaneTransaction): void {
    const { data } = event;
    const key = rowKey(data);
    const item = items.get(key) ?? newItem(data.project, data.item);
    if (item.project !== data.project || item.item !== data.item) {
      return tx.deadLetter(event, data.project, 'key_conflict', `key ${key} is that of another item`);
    }
    if (isAnnotation(event)) items.set(key, withAnnotation(item, event, project, tx));
    else if (event.type === itemWithdrawn.type) items.set(key, { ...item, isWithdrawn: true });
    else items.set(key, withImport(item, importOf(data as ItemImported)));
  }

  /** Decides changed items, and brings everything that follows from them up to date. */
  private async settle(
    changes: readonly (readonly [before: Item | undefined, after: Item])[],
    projects: ReadonlyMap<string, Project>,
    tx: LaneTransaction,
    cause: 'evidence' | 'policy' = 'evidence',
  ): Promise<void> {
    const stripes = new StripeChanges();
    const decided: [before: Item | undefined, after: Item][] = [];
    for (const [before, changed] of changes) {
      const project = projects.get(changed.project)!;
      const item = this.decided(changed, project);
      const was = changed.contribution;
      const is = item.contribution;
      tx.account(item.project, { applied: is.applied - was.applied, superseded: is.superseded - was.superseded });
      stripes.exchange(item, was, is, project.questions);
      publishDecisions(tx, before?.decisions ?? [], item, project);
      decided.push([before, item]);
    }
    const saved = decided.map(([, item]) => item);
    await saveItems(tx, tx.lane, saved);
    await countItems(tx, tx.lane, decided);
    await changeStripes(tx, stripes.all());
    this.metrics.decided(cause, saved);
  }

  private decided(item: Item, project: Project): Item {
    const { questions, policy, revision } = project;
    const decisions = questions.map((question) =>
      decide(item.entries, { question, policy, ...this.models.of(question) }),
    );
    return {
      ...item,
      decisions: item.isWithdrawn ? [] : decisions,
      contribution: contributionOf(item, questions, policy),
      version: item.version + 1,
      policyRevision: revision,
      epoch: Math.max(0, ...decisions.map((decision) => decision.epoch)),
    };
  }
}

/** The import that an event tells of, as the item keeps it. */
function importOf({ revision, slice, data }: ItemImported): NonNullable<Item['imported']> {
  const content = createHash('sha256')
    .update(JSON.stringify([slice ?? null, data ?? null]))
    .digest('hex');
  return { revision, content, ...(slice !== undefined && { slice }) };
}
