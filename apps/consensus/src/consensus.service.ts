import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type AnnotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { type ItemImported, itemKey, type ItemRef } from '@assay/contracts/item/item-imported';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { projectArchived } from '@assay/contracts/project/project-archived';
import { type Question } from '@assay/contracts/project/label-schema';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { partitionOf } from '@assay/platform/event-log/partitioner';
import { type Batch, type ReceivedEvent } from '@assay/platform/transport/batch';
import { type LaneTransaction } from '@assay/platform/transport/transaction';
import { addItem, emptyStatistics, removeItem } from '@assay/statistics/agreement/categorical-statistics';
import { changeStripes, type StripeChange } from './agreement.queries';
import { ConsensusMetrics } from './consensus.metrics';
import { publishDecisions } from './consensus.event';
import { decide } from './decision.domain';
import { type Contribution, contributionOf, entryOf, type Item, newItem, withEntry, withImport } from './item.domain';
import { itemsBehind, itemsByKey, rowKey, saveItems } from './item.queries';
import { Models } from './models';
import { isNews, type Project } from './project.domain';
import { projectsNamed, saveProject } from './project.queries';
import { markDrained, markSwept, projectToDrain, projectToSweep } from './progress.queries';

/** Stripes of agreement; the number of partitions divides it, so that a stripe belongs to one lane. */
const STRIPES = 120;
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
  }

  /** Looks at parked events again when their project has come or grown. @returns whether more is left. */
  async drain(tx: LaneTransaction): Promise<boolean> {
    const project = await projectToDrain(tx, tx.lane);
    if (!project) return false;
    const events = (await tx.unpark(project.project, SLICE)) as ItemEvent[];
    const canWait = (event: ItemEvent) => schemaVersionOf(event) > project.schemaVersion;
    // Those that still wait are parked behind the others: a slice of nothing else has seen them all.
    if (events.every(canWait)) await markDrained(tx, tx.lane, project);
    await this.onItemEvents(events, tx);
    return true;
  }

  /** Decides a slice of the items that are behind their project's policy. @returns whether more is left. */
  async sweep(tx: LaneTransaction): Promise<boolean> {
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
    const grown = withEntry(item, read.entry);
    if (grown) items.set(key, grown);
    else tx.account(data.project, { duplicate: 1 });
  }

  /** Decides changed items, and brings everything that follows from them up to date. */
  private async settle(
    changes: readonly (readonly [before: Item | undefined, after: Item])[],
    projects: ReadonlyMap<string, Project>,
    tx: LaneTransaction,
    cause: 'evidence' | 'policy' = 'evidence',
  ): Promise<void> {
    const stripes = new StripeChanges();
    const saved: Item[] = [];
    for (const [before, changed] of changes) {
      const project = projects.get(changed.project)!;
      const item = this.decided(changed, project);
      const was = changed.contribution;
      const is = item.contribution;
      tx.account(item.project, { applied: is.applied - was.applied, superseded: is.superseded - was.superseded });
      stripes.exchange(item, was, is, project.questions);
      publishDecisions(tx, before?.decisions ?? [], item, project);
      saved.push(item);
    }
    await saveItems(tx, tx.lane, saved);
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

/** Changes of agreement, gathered by stripe in an order that all writers share. */
class StripeChanges {
  private readonly changes = new Map<string, StripeChange>();

  /** Takes out what an item added before, and adds what it adds now. */
  exchange(item: Item, was: Contribution, is: Contribution, questions: readonly Question[]): void {
    const stripe = partitionOf(itemKey(item), STRIPES);
    for (const { name, kind } of questions) {
      const isOrdinal = kind === 'rating';
      const [out, into] = [was.labels[name] ?? [], is.labels[name] ?? []];
      if (out.length === into.length && was.slice === is.slice && out.every((label, index) => label === into[index]))
        continue;
      for (const slice of slicesOf(was)) removeItem(this.of(item.project, name, slice, stripe), out, isOrdinal);
      for (const slice of slicesOf(is)) addItem(this.of(item.project, name, slice, stripe), into, isOrdinal);
    }
  }

  all(): StripeChange[] {
    return [...this.changes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
  }

  private of(project: string, question: string, slice: string, stripe: number) {
    const name = JSON.stringify([project, question, slice, stripe]);
    let change = this.changes.get(name);
    if (!change) this.changes.set(name, (change = { project, question, slice, stripe, change: emptyStatistics() }));
    return change.change;
  }
}

function slicesOf(contribution: Contribution): string[] {
  return contribution.slice === undefined ? [''] : ['', contribution.slice];
}
