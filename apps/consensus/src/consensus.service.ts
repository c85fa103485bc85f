import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type DisputeDecided, disputeDecided } from '@assay/contracts/dispute/dispute-decided';
import { type DisputeEnded } from '@assay/contracts/dispute/dispute-event';
import { type PoolAvailable, poolAvailable } from '@assay/contracts/gold/pool-available';
import { type ItemImported, itemImported } from '@assay/contracts/item/item-imported';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { type EpochPublished } from '@assay/contracts/reliability/epoch-published';
import { type ModelChunk, modelChunk } from '@assay/contracts/reliability/model-chunk';
import { rowKey } from '@assay/platform/copies/annotated-item';
import { isAnnotation, type ItemEvent, readyEvents, withAnnotation } from '@assay/platform/copies/item-events';
import { drainParked } from '@assay/platform/copies/parked-events';
import { keepProjects, type Project, projectsNamed } from '@assay/platform/copies/project-copy';
import { type Batch, type ReceivedEvent } from '@assay/platform/transport/batch';
import { type LaneTransaction, type LanesTransaction } from '@assay/platform/transport/transaction';
import { withAdjudication } from './adjudication.domain';
import { ConsensusMetrics } from './consensus.metrics';
import { isNews } from './decision.domain';
import { DecisionService } from './decision.service';
import { keepChunks, keepEpochs, movePointers } from './epoch.queries';
import { type Item, newItem, withImport } from './item.domain';
import { itemsByKey, itemsOfLane, keepGoldReferences } from './item.queries';
import { keepSweep, nextSweep, type Sweep } from './progress.queries';

/** Items of one slice of lane work. */
const SLICE = 200;

/** Decides items as events about them arrive, and again when their project's policy or its reliabilities change. */
@Injectable()
export class ConsensusService {
  constructor(
    private readonly decisions: DecisionService,
    private readonly metrics: ConsensusMetrics,
  ) {}

  /** Keeps the newest state of each project. Items follow by the sweep. */
  async onProjects(batch: Batch<ProjectConfigured>, tx: LanesTransaction): Promise<void> {
    await keepProjects(batch, tx);
  }

  /** Keeps epochs, and points to the newest that is whole. Items follow by the sweep. */
  async onReliabilities(batch: Batch<ModelChunk | EpochPublished>, tx: LanesTransaction): Promise<void> {
    const chunks = batch.events.filter((event): event is ReceivedEvent<ModelChunk> => event.type === modelChunk.type);
    const epochs = batch.events.filter((event): event is ReceivedEvent<EpochPublished> => 'covers' in event.data);
    await keepChunks(
      tx,
      chunks.map(({ data }) => data),
    );
    await keepEpochs(
      tx,
      epochs.map(({ data }) => data),
    );
    await movePointers(tx, [...new Set(batch.events.map(({ data }) => data.project))]);
  }

  /** Applies events about items, decides the items anew, publishes what changed. */
  async onItemEvents(events: readonly ItemEvent[], tx: LanesTransaction): Promise<void> {
    const keys = [...new Set(events.map(({ data }) => rowKey(data)))];
    const named = [...new Set(events.map(({ data }) => data.project))];
    const [{ ready, projects }, before, grounds] = await Promise.all([
      readyEvents(events, tx),
      itemsByKey(tx, keys),
      this.decisions.grounds(tx, named, keys),
    ]);
    const after = new Map(before);
    for (const event of ready) this.apply(event, projects.get(event.data.project)!, after, tx);
    const changed = [...after].filter(([key, item]) => item !== before.get(key));
    await this.decisions.settle(
      changed.map(([key, item]) => [before.get(key), item]),
      projects,
      grounds,
      tx,
    );
    tx.whenCommitted(() => this.metrics.applied(ready.filter(isAnnotation).flatMap(({ time }) => time ?? [])));
  }

  /** Takes what experts decided. */
  async onDisputes(batch: Batch<DisputeEnded>, tx: LanesTransaction): Promise<void> {
    await this.onItemEvents(batch.events, tx);
  }

  /** Keeps which items audit workers, and decides them anew: an item that is not there yet is decided when it comes. */
  async onGoldPool(batch: Batch<PoolAvailable>, tx: LanesTransaction): Promise<void> {
    await keepGoldReferences(
      tx,
      batch.events.map(({ type, data }) => ({ ...data, isAvailable: type === poolAvailable.type })),
    );
    const keys = [...new Set(batch.events.map(({ data }) => rowKey(data)))];
    const named = [...new Set(batch.events.map(({ data }) => data.project))];
    const [items, projects, grounds] = await Promise.all([
      itemsByKey(tx, keys),
      projectsNamed(tx, named),
      this.decisions.grounds(tx, named, keys),
    ]);
    const known = [...items.values()].filter(({ project }) => projects.has(project));
    await this.decisions.settle(
      known.map((item) => [item, item]),
      projects,
      grounds,
      tx,
    );
  }

  /** Looks at parked events again when their project has come or grown. @returns whether more is left. */
  async drain(tx: LaneTransaction): Promise<boolean> {
    return drainParked(tx, (events) => this.onItemEvents(events, tx));
  }

  /** Decides a slice of the items that are behind their project's policy or its newest epoch. @returns whether more is left. */
  async sweep(tx: LaneTransaction): Promise<boolean> {
    const sweep = await nextSweep(tx, tx.lane);
    if (!sweep) return false;
    const { project, after } = sweep;
    const items = await itemsOfLane(tx, { project: project.project, lane: tx.lane, after }, SLICE);
    if (items.length > 0) await this.sweepItems(sweep, items, tx);
    const last = items.at(-1);
    await keepSweep(tx, tx.lane, sweep, items.length < SLICE ? undefined : last?.key);
    return true;
  }

  /** A new policy and a settling epoch touch every item; any other epoch what is news to somebody. */
  private async sweepItems({ project, swept }: Sweep, items: readonly Item[], tx: LanesTransaction): Promise<void> {
    const projects = new Map([[project.project, project]]);
    const grounds = await this.decisions.grounds(
      tx,
      [project.project],
      items.map(({ key }) => key),
    );
    const decided = this.decisions.decideAll(
      items.map((item) => [item, item]),
      projects,
      grounds,
    );
    const isNewPolicy = swept.revision !== project.revision;
    const touchesAll = isNewPolicy || grounds.models.settlesSince(project.project, swept.epoch);
    const kept = decided.filter(
      ({ before, after }) =>
        touchesAll ||
        after.decisions.some((one, at) => isNews(before?.decisions[at], one, project.questions[at]!, project.policy)),
    );
    await this.decisions.keep(kept, projects, tx, isNewPolicy ? 'policy' : 'epoch');
  }

  private apply(event: ItemEvent, project: Project, items: Map<string, Item>, tx: LanesTransaction): void {
    const { data, type } = event;
    const key = rowKey(data);
    const item = items.get(key) ?? newItem({ key, project: data.project, item: data.item });
    if (item.project !== data.project || item.item !== data.item) {
      return tx.deadLetter(event, data.project, 'key_conflict', `key ${key} is that of another item`);
    }
    if (isAnnotation(event)) items.set(key, withAnnotation(item, event, project, tx));
    else if (type === itemWithdrawn.type) items.set(key, { ...item, isWithdrawn: true });
    else if (type === itemImported.type) items.set(key, withImport(item, importOf(data as ItemImported)));
    else items.set(key, withEnd(item, event as ReceivedEvent<DisputeEnded>, project, tx));
  }
}

/** The item with what an expert decided. What names no question or label of the project is dead-lettered. */
function withEnd(item: Item, event: ReceivedEvent<DisputeEnded>, project: Project, tx: LanesTransaction): Item {
  const { question: name, dispute, expert, at, reason } = event.data;
  const told = event.type === disputeDecided.type ? (event.data as DisputeDecided).label : undefined;
  const question = project.questions.find((one) => one.name === name);
  const label = told === undefined ? undefined : question?.labels.indexOf(told);
  if (!question || label === -1) {
    const expected = question ? 'one of its labels' : `one of ${project.questions.map((one) => one.name).join(', ')}`;
    tx.deadLetter(event, project.project, 'refused', `decision on question "${name}": expected ${expected}`);
    return item;
  }
  const adjudication = { dispute, expert, at: Date.parse(at), reason, ...(label !== undefined && { label }) };
  const adjudications = withAdjudication(item.adjudications, name, adjudication);
  return adjudications === item.adjudications ? item : { ...item, adjudications };
}

/** The import that an event tells of, as the item keeps it. */
function importOf({ revision, slice, data }: ItemImported): NonNullable<Item['imported']> {
  const content = createHash('sha256')
    .update(JSON.stringify([slice ?? null, data ?? null]))
    .digest('hex');
  return { revision, content, ...(slice !== undefined && { slice }) };
}
