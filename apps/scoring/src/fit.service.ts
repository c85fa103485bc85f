import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import { epochPublished } from '@assay/contracts/reliability/epoch-published';
import { modelChunk } from '@assay/contracts/reliability/model-chunk';
import { sqlOn } from '@assay/platform/postgres/rows-of';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { driftFromBatch, type KnownAccuracy } from './drift.domain';
import { FindingService } from './finding.service';
import { type FitInput, type FittedModel } from './fit.domain';
import { dueProjects, endRequests, type FitSnapshot, insertEpoch, type KeptEpoch, readSnapshot } from './fit.queries';
import { FitThread } from './fit-thread.service';
import { accuraciesOf, saveReliabilities } from './reliability.queries';
import { ScoringMetrics } from './scoring.metrics';

/** How often it is looked whether a project is due. */
const LOOK_MS = 1000;
/** How long a project whose fit failed is left alone: twice as long every time. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

/**
 * Fits the reliabilities of projects that are due. Every instance looks; who gets a project's lock fits it. The lock only saves work: an
 * epoch has one number, and its row is written once, so of two fits one is published.
 */
@Injectable()
export class FitService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(FitService.name);
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isAskedAgain = false;
  private isStopped = false;
  /** Projects whose last fit failed: how long they rest, and until when by `performance.now()`. */
  private readonly failed = new Map<string, { rests: number; until: number }>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly transactions: Transactions,
    private readonly findings: FindingService,
    private readonly thread: FitThread,
    private readonly metrics: ScoringMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), LOOK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.thread.end();
    await this.looking;
  }

  /** Looks now, or, while a look is going on, once more after it. */
  wake(): void {
    if (this.isStopped) return;
    if (this.looking) this.isAskedAgain = true;
    else this.looking = this.look();
  }

  private async look(): Promise<void> {
    do {
      this.isAskedAgain = false;
      try {
        for (const project of await dueProjects({ sql: sqlOn(this.dataSource) })) await this.tryToFit(project);
      } catch (error) {
        this.logger.warn(`it is not known which projects are due: ${(error as Error).message}`);
      }
    } while (this.isAskedAgain && !this.isStopped);
    this.looking = undefined;
  }

  /** A project whose fit fails keeps no other from its own. */
  private async tryToFit(project: string): Promise<void> {
    if (this.isStopped || performance.now() < (this.failed.get(project)?.until ?? 0)) return;
    try {
      await this.fitLocked(project);
      this.failed.delete(project);
    } catch (error) {
      if (this.isStopped) return;
      const rests = Math.min(LONGEST_REST_MS, 2 * (this.failed.get(project)?.rests ?? FIRST_REST_MS / 2));
      this.failed.set(project, { rests, until: performance.now() + rests });
      this.logger.warn(`project ${project} was not fitted, next try in ${rests / 1000} s: ${(error as Error).message}`);
    }
  }

  /** Fits a project, unless another instance does. */
  private async fitLocked(project: string): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    const lock = [`assay fit ${project}`];
    try {
      const [row] = (await runner.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as mine', lock)) as {
        mine: boolean;
      }[];
      if (!row?.mine) return;
      try {
        await this.fit(project, runner);
      } finally {
        // Where the connection is lost, so is its lock.
        await runner.query('select pg_advisory_unlock(hashtextextended($1, 0))', lock).catch(() => undefined);
      }
    } finally {
      await runner.release();
    }
  }

  private async fit(name: string, runner: QueryRunner): Promise<void> {
    const started = performance.now();
    const snapshot = await snapshotOf(runner, name);
    if (!snapshot) return;
    const models = await this.thread.fit(inputsOf(snapshot));
    if (this.isStopped) return;
    const seconds = (performance.now() - started) / 1000;
    const drift = await this.transactions.run(async (tx) => {
      const inForce = await accuraciesOf(tx, name);
      const isPublished = await this.publish(tx, snapshot, models, seconds);
      return isPublished ? driftFromBatch(inForce, accuraciesIn(models)) : undefined;
    });
    this.metrics.fitted(seconds, drift);
  }

  private async publish(
    tx: Transaction,
    snapshot: FitSnapshot,
    models: readonly FittedModel[],
    seconds: number,
  ): Promise<boolean> {
    const { project, covers, changes, requests } = snapshot;
    const number = snapshot.epoch + 1;
    const epoch: KeptEpoch = {
      ...{ project: project.project, epoch: number, isSettling: requests.isSettling },
      event: eventId(epochPublished.type, project.project, number, contentOf(models)),
      ...{ schemaVersion: project.schemaVersion, policyRevision: project.revision, changes, covers, seconds },
      labels: models.reduce((sum, model) => sum + model.labels, 0),
    };
    if (!(await insertEpoch(tx, epoch))) return false;
    await endRequests(tx, requests.ids);
    await saveReliabilities(tx, epoch.project, models);
    await this.findings.onEpoch(tx, project, epoch.epoch, models);
    publishEpoch(tx, epoch, models);
    return true;
  }
}

/** Reads what a fit sees in one transaction of one moment. */
async function snapshotOf(runner: QueryRunner, project: string): Promise<FitSnapshot | undefined> {
  await runner.startTransaction('REPEATABLE READ');
  try {
    return await readSnapshot(runner.manager, sqlOn(runner), project);
  } finally {
    await runner.rollbackTransaction();
  }
}

function inputsOf({ project, columns, known }: FitSnapshot): FitInput[] {
  return columns.flatMap((one) => {
    const { name, labels } = project.questions.find(({ name }) => name === one.question)!;
    if (one.label.length === 0) return [];
    const gold = ofSchema(known.gold.get(name), labels);
    return [{ columns: one, labels, gold, adjudicated: ofSchema(known.adjudicated.get(name), labels) }];
  });
}

/** Known labels that the question has: one that it is still to learn clamps nothing yet. */
function ofSchema(
  known: ReadonlyMap<string, readonly string[]> | undefined,
  labels: readonly string[],
): Map<string, readonly string[]> {
  const accepted = [...(known ?? [])].map(
    ([item, some]) => [item, some.filter((one) => labels.includes(one))] as const,
  );
  return new Map(accepted.filter(([, some]) => some.length > 0));
}

function accuraciesIn(models: readonly FittedModel[]): KnownAccuracy[] {
  return models.flatMap(({ question, workers }) =>
    workers.map(({ worker, labels, accuracy }) => ({ question, worker, labels, accuracy })),
  );
}

/** What tells the models of one fit from those of another. */
function contentOf(models: readonly FittedModel[]): string {
  const hash = createHash('sha256');
  for (const { question, header, chunks } of models) hash.update(JSON.stringify([question, header, chunks]));
  return hash.digest('hex');
}

/** Publishes the chunks of an epoch, and what closes it. */
function publishEpoch(tx: Transaction, epoch: KeptEpoch, models: readonly FittedModel[]): void {
  const { project, epoch: number } = epoch;
  for (const { question, header, chunks } of models) {
    chunks.forEach((workers, chunk) => {
      const model = chunk === 0 ? { model: { ...header } } : {};
      tx.publish(modelChunk, eventId(modelChunk.type, epoch.event, question, chunk), {
        ...{ project, epoch: number, question, chunk, workers },
        ...model,
      });
    });
  }
  const { isSettling, schemaVersion, policyRevision, covers } = epoch;
  tx.publish(epochPublished, epoch.event, {
    ...{ project, epoch: number, isSettling, schemaVersion, policyRevision, covers },
    questions: models.map(({ question, chunks, labels, items, workers }) => ({
      ...{ question, chunks: chunks.length, labels, items, workers: workers.length },
    })),
  });
}
