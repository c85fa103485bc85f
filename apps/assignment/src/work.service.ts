import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConsensusUpdated } from '@assay/contracts/consensus/consensus-updated';
import { type PoolAvailable, poolAvailable } from '@assay/contracts/gold/pool-available';
import { type ItemImported, itemImported, type ItemRef } from '@assay/contracts/item/item-imported';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { type AnnotatedItem, applyItemEvents, itemsByKey, rowKey } from '@assay/platform/copies/annotated-item';
import { type ItemEvent } from '@assay/platform/copies/item-events';
import { drainParked } from '@assay/platform/copies/parked-events';
import { keepProjects, type Project, projectsNamed } from '@assay/platform/copies/project-copy';
import { type Batch, type ReceivedEvent } from '@assay/platform/transport/batch';
import { type LaneTransaction, type LanesTransaction } from '@assay/platform/transport/transaction';
import { AssignmentMetrics } from './assignment.metrics';
import { endAssignments } from './assignment.event';
import { assignmentsOfItems } from './assignment.queries';
import { DisputeRaising } from './dispute-raising.service';
import { keepSweep, nextSweep } from './progress.queries';
import { cellOf, standingCells, workOf } from './work.domain';
import { holdWork, keepAnnotators, saveWork, workOfLane, type WorkRow } from './work.queries';

/** Items of one slice of lane work. */
const SLICE = 200;

/** What events of one batch change: of rows, and of the annotations of items. */
interface Changes {
  rows: Map<string, ((row: WorkRow) => WorkRow)[]>;
  refs: ItemRef[];
  items: Map<string, AnnotatedItem>;
}

/** Keeps items as work: what is known of them, how many workers they want, and who has them in hand. */
@Injectable()
export class WorkService {
  constructor(
    private readonly disputes: DisputeRaising,
    private readonly metrics: AssignmentMetrics,
  ) {}

  /** Keeps the newest state of each project. Items follow by the sweep. */
  async onProjects(batch: Batch<ProjectConfigured>, tx: LanesTransaction): Promise<void> {
    await keepProjects(batch, tx);
  }

  /** Applies events about items and annotations; completes the assignments whose annotations have come. */
  async onItemEvents(events: readonly ItemEvent[], tx: LanesTransaction): Promise<void> {
    const changes = noChanges();
    const annotators: { worker: string; key: string }[] = [];
    for (const { before, after } of await applyItemEvents(events, tx)) {
      const key = rowKey(after);
      changes.items.set(key, after);
      change(changes, after, (row) => ({ ...row, isWithdrawn: after.isWithdrawn }));
      const known = new Set(before?.entries.map((entry) => entry.id));
      for (const { id, worker } of after.entries) if (!known.has(id)) annotators.push({ worker, key });
    }
    const imports = events.filter((event): event is ReceivedEvent<ItemImported> => event.type === itemImported.type);
    // An import whose project is not known is parked: it comes again.
    const known = await itemsByKey(tx, [...new Set(imports.map(({ data }) => rowKey(data)))]);
    for (const { data } of imports) if (known.has(rowKey(data))) change(changes, data, (row) => withImport(row, data));
    await this.apply(changes, tx);
    await keepAnnotators(tx, annotators);
  }

  /** Keeps what consensus decided, of each item the newest; raises disputes and withdraws them. */
  async onConsensus(batch: Batch<ConsensusUpdated>, tx: LanesTransaction): Promise<void> {
    const changes = noChanges();
    for (const { data } of batch.events) change(changes, data, (row) => withDecisions(row, data));
    await this.apply(changes, tx);
  }

  /** Keeps which items are gold. */
  async onGoldPool(batch: Batch<PoolAvailable>, tx: LanesTransaction): Promise<void> {
    const changes = noChanges();
    for (const { type, data } of batch.events) {
      change(changes, data, (row) => withGold(row, data, type === poolAvailable.type));
    }
    await this.apply(changes, tx);
  }

  /** Looks at parked events again when their project has come or grown. @returns whether more is left. */
  async drain(tx: LaneTransaction): Promise<boolean> {
    return drainParked(tx, (events) => this.onItemEvents(events, tx));
  }

  /** Judges a slice of the items that are behind their project's newest revision. @returns whether more is left. */
  async sweep(tx: LaneTransaction): Promise<boolean> {
    const sweep = await nextSweep(tx);
    if (!sweep) return false;
    const refs = await workOfLane(tx, { project: sweep.project.project, after: sweep.after }, SLICE);
    const changes = noChanges();
    for (const ref of refs) change(changes, ref, (row) => row);
    await this.apply(changes, tx);
    const last = refs.at(-1);
    await keepSweep(tx, sweep, refs.length < SLICE ? undefined : last && rowKey(last));
    return true;
  }

  /** Changes rows, judges the items anew, and ends assignments and disputes that are over. */
  private async apply(changes: Changes, tx: LanesTransaction): Promise<void> {
    const missing = changes.refs.map(rowKey).filter((key) => !changes.items.has(key));
    const [held, known, projects] = await Promise.all([
      holdWork(tx, changes.refs),
      itemsByKey(tx, missing),
      projectsNamed(tx, [...new Set(changes.refs.map(({ project }) => project))]),
    ]);
    const items = new Map([...known, ...changes.items]);
    const liveChanges = await this.settleAssignments(changes.items, projects, tx);
    const decided = [...held].map(([key, before]) => {
      const row = changes.rows.get(key)!.reduce((last, by) => by(last), before);
      return { before, row, project: projects.get(row.project) };
    });
    const saved = decided.map(({ row, project }) => {
      return { row, work: judged(row, items.get(row.key), project), liveChange: liveChanges.get(row.key) ?? 0 };
    });
    await Promise.all([this.disputes.follow(tx, decided), saveWork(tx, saved)]);
  }

  /** Completes live assignments whose annotation stands, and gives back completed ones whose annotation was taken back. */
  private async settleAssignments(
    items: ReadonlyMap<string, AnnotatedItem>,
    projects: ReadonlyMap<string, Project>,
    tx: LanesTransaction,
  ): Promise<Map<string, number>> {
    const liveChanges = new Map<string, number>();
    const completed: string[] = [];
    const released: string[] = [];
    for (const assignment of await assignmentsOfItems(tx, [...items.keys()])) {
      const item = items.get(assignment.key)!;
      const isStanding = standingCells(item.entries, projects.get(item.project)!).has(cellOf(assignment));
      if (assignment.status === 'live' && isStanding) completed.push(assignment.id);
      if (assignment.status === 'completed' && !isStanding) released.push(assignment.id);
      if (assignment.status === 'live' && isStanding && assignment.occasion === 0)
        liveChanges.set(assignment.key, (liveChanges.get(assignment.key) ?? 0) - 1);
    }
    const ended = [
      ...(await endAssignments(tx, completed, 'completed')),
      ...(await endAssignments(tx, released, 'released')),
    ];
    tx.whenCommitted(() => this.metrics.ended(ended));
    return liveChanges;
  }
}

function noChanges(): Changes {
  return { rows: new Map(), refs: [], items: new Map() };
}

function change(changes: Changes, ref: ItemRef, by: (row: WorkRow) => WorkRow): void {
  const key = rowKey(ref);
  const before = changes.rows.get(key);
  if (before) before.push(by);
  else {
    changes.rows.set(key, [by]);
    changes.refs.push({ project: ref.project, item: ref.item });
  }
}

function judged(row: WorkRow, item: AnnotatedItem | undefined, project: Project | undefined) {
  const known = { entries: item?.entries ?? [], decisions: row.decisions, isWithdrawn: row.isWithdrawn };
  // Of a project that is not known yet nobody can be given anything, nor an item that gold alone names: there is nothing to show of it.
  if (!project || !item) return { overlap: 0, wanted: 0, confidence: 0, isSure: false, byUncertainty: false };
  return workOf(known, project);
}

/** The highest revision counts, ties by the hash of the content. */
function withImport(row: WorkRow, { revision, slice, data }: ItemImported): WorkRow {
  const content = createHash('sha256')
    .update(JSON.stringify([slice ?? null, data ?? null]))
    .digest('hex');
  const known = row.imported;
  const isNewer = !known || revision > known.revision || (revision === known.revision && content > known.content);
  return isNewer ? { ...row, imported: { revision, content, ...(data !== undefined && { data }) } } : row;
}

function withDecisions(row: WorkRow, { version, state, decisions }: ConsensusUpdated): WorkRow {
  return version > row.decidedVersion ? { ...row, decidedVersion: version, state, decisions } : row;
}

/** Of one revision the withdrawal counts. */
function withGold(row: WorkRow, { revision }: PoolAvailable, isGold: boolean): WorkRow {
  const isNews = revision > row.goldRevision || (revision === row.goldRevision && !isGold);
  return isNews ? { ...row, isGold, goldRevision: revision } : row;
}
