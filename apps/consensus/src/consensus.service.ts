import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type AnnotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { type ItemImported, type ItemRef } from '@assay/contracts/item/item-imported';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { projectArchived } from '@assay/contracts/project/project-archived';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { type Batch, type ReceivedEvent } from '@assay/platform/transport/batch';
import { type LaneTransaction } from '@assay/platform/transport/transaction';
import { changeStripes } from './agreement.queries';
import { ConsensusGauges } from './consensus.gauges';
import { ConsensusMetrics } from './consensus.metrics';
import { publishDecisions } from './consensus.event';
import { decide } from './decision.domain';
import { contributionOf, entryOf, type Item, newItem, withEntry, withImport } from './item.domain';
import { countItems } from './item-count.queries';
import { itemsBehind, itemsByKey, rowKey, saveItems } from './item.queries';
import { Models } from './models';
import { isNews, type Project } from './project.domain';
import { projectsNamed, saveProject } from './project.queries';
import { hasParked, markDrained, markSwept, projectToDrain, projectToSweep } from './progress.queries';
import { StripeChanges } from './stripe-changes';

/** Lane whose owner reads the gauges. */
const GAUGES_LANE = 0;
/** Items or events of one slice of lane work. */
const SLICE = 200;

/** Any event about an item. */
type ItemEvent = ReceivedEvent<AnnotationSubmitted | ItemImported | ItemRef>;

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
    const known = await projectsNamed(
      tx,
      batch.events.map((event) => event.data.project),
    );
    for (const { type, data } of batch.events) {
      if (!isNews(known.get(data.project), data)) continue;
      const project = { ...data, isArchived: type === projectArchived.type };
      known.set(data.project, project);
      await saveProject(tx, project);
    }
  }

  /** Applies events about items, decides the items anew, publishes what changed. */
  async onItemEvents(events: readonly ItemEvent[], tx: LaneTransaction): Promise<void> {
    const projects = await projectsNamed(tx, [...new Set(events.map((event) => event.data.project))]);
    const ready = events.filter((event) => {
      const project = projects.get(event.data.project);
      const isReady = project !== undefined && schemaVersionOf(event) <= project.schemaVersion;
      if (!isReady) tx.park(event, event.data.project);
      return isReady;
    });
    const before = await itemsByKey(tx, [...new Set(ready.map((event) => rowKey(event.data)))]);
    const after = new Map(before);
    for (const event of ready) this.apply(event, projects.get(event.data.project)!, after, tx);
    const changed = [...after].filter(([key, item]) => item !== before.get(key));
    await this.settle(
      changed.map(([key, item]) => [before.get(key), item]),
      projects,
      tx,
    );
    this.metrics.applied(ready.filter(({ data }) => 'worker' in data).map(({ time }) => time));
  }

  /** Looks at parked events again when their project has come or grown. @returns whether more is left. */
  async drain(tx: LaneTransaction): Promise<boolean> {
    const project = await projectToDrain(tx, tx.lane);
    if (!project) return false;
    if (await hasParked(tx, tx.lane, project)) {
      // Those of a schema that is still to come are parked again, behind the others.
      const events = (await tx.unpark(project.project, SLICE)) as ItemEvent[];
      await this.onItemEvents(events, tx);
    } else await markDrained(tx, tx.lane, project);
    return true;
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
    if (!('worker' in data)) {
      items.set(
        key,
        event.type === itemWithdrawn.type
          ? { ...item, isWithdrawn: true }
          : withImport(item, importOf(data as ItemImported)),
      );
      return;
    }
    const read = entryOf(event.id, data, project.questions);
    if (read.type === 'unknown-label') return tx.deadLetter(event, data.project, 'refused', read.detail);
    const added = withEntry(item, read.entry);
    switch (added.type) {
      case 'grown':
        items.set(key, added.item);
        return;
      case 'duplicate':
        return tx.account(data.project, { duplicate: 1 });
      case 'conflict':
        return tx.deadLetter(
          event,
          data.project,
          'id_conflict',
          `id ${event.id}: the item holds another annotation by it`,
        );
    }
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

function schemaVersionOf({ data }: ItemEvent): number {
  return 'schemaVersion' in data ? data.schemaVersion : 0;
}
