import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PARTITIONS } from '@assay/contracts/topics';
import { projectsNamed } from '@assay/platform/copies/project-copy';
import { notFound, Problem } from '@assay/platform/http/problem';
import { type Caller, maySee } from '@assay/platform/security/caller';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { findingPage, findingsOf, type StoredFinding, tiersOf } from './finding.queries';
import { epochState, type EpochState, insertRequest } from './fit.queries';
import { FitService } from './fit.service';
import { goldTestsOf, lanesToRetest } from './gold-check.queries';
import { digestLines, reliabilitiesOf, workerPage } from './reliability.queries';
import { projectsOfWorker, restOf, workersNamed } from './standing.queries';

/** A finding as it is shown. */
export interface ShownFinding {
  finding: string;
  worker: string;
  question: string;
  kind: string;
  isRaised: boolean;
  statistic: number;
  threshold: number;
  accuracy: number;
  low: number;
  high: number;
  evidence: Record<string, unknown>;
  epoch: number;
  policyRevision: number;
  appeal?: string;
}

/** A worker in a list. */
export interface ShownWorker {
  worker: string;
  source: string | null;
  externalId: string | null;
  tier: string;
  questions: {
    question: string;
    labels: number;
    accuracy: number;
    low: number;
    high: number;
    goldChecks: number;
    spammerScore: number | null;
  }[];
  findings: ShownFinding[];
}

/** Answers questions about workers, findings and epochs. */
@Injectable()
export class ScoringReader {
  constructor(
    private readonly transactions: Transactions,
    private readonly fits: FitService,
  ) {}

  /** At most `limit` workers in the order of their ids, after one of them. */
  async workers(project: string, page: { after: string; limit: number }): Promise<ShownWorker[]> {
    return this.read(project, async (tx) => {
      const rows = await workerPage(tx, project, page.after, page.limit);
      return this.shown(tx, project, rows);
    });
  }

  /** One worker, with confusion matrices and how the sequential tests stand. */
  async worker(project: string, worker: string) {
    return this.read(project, async (tx, questions) => {
      const [row] = UUID.test(worker) ? await workersNamed(tx, project, [worker]) : [];
      if (!row) throw notFound('worker', worker);
      const [shown] = await this.shown(tx, project, [row]);
      const reliabilities = await reliabilitiesOf(tx, project, [worker]);
      return {
        project,
        ...shown,
        ...((await tiersOf(tx, project, [worker])).get(worker) ?? {}),
        goldTests: (await goldTestsOf(tx, project, [worker])).map((test) => ({
          ...{ question: test.question, status: test.status, checks: test.checks, right: test.right },
        })),
        confusion: reliabilities.flatMap(({ question, confusion }) =>
          confusion ? [{ question, labels: questions.get(question) ?? [], counts: confusion }] : [],
        ),
      };
    });
  }

  /**
   * The caller's own standing. Accuracy in steps of .05 and without its interval: exact ones, which gold moves, would tell by how they change
   * with one more label whether that was gold.
   */
  async ownStanding(caller: Caller) {
    const { worker } = caller;
    if (worker === undefined) throw new Problem('conflict', 'the credential names no worker: expected one that does');
    if (!UUID.test(worker)) return { worker, projects: [] };
    return this.transactions.run(async (tx) => {
      const projects = (await projectsOfWorker(tx, worker)).filter((project) => maySee(caller, project));
      const standings = [];
      for (const project of projects) {
        const tier = (await tiersOf(tx, project, [worker])).get(worker)?.tier ?? 'standard';
        const questions = await reliabilitiesOf(tx, project, [worker]);
        const findings = (await findingsOf(tx, project, [worker])).filter(({ isRaised }) => isRaised);
        standings.push({
          ...{ project, tier },
          questions: questions.map(({ question, labels, accuracy }) => ({
            ...{ question, labels, accuracy: Math.round(accuracy * 20) / 20 },
          })),
          findings: findings.map(({ finding, kind, question, appeal }) => ({
            ...{ finding, kind, question, ...(appeal && { appeal: appeal.status }) },
          })),
        });
      }
      return { worker, projects: standings };
    });
  }

  async findings(project: string, page: { after: string; limit: number; isRaised?: boolean }): Promise<ShownFinding[]> {
    return this.read(project, async (tx) => (await findingPage(tx, project, page)).map(shownFinding));
  }

  async finding(project: string, finding: string): Promise<ShownFinding & { version: number; grounds?: string }> {
    return this.read(project, async (tx) => {
      const stored = (await findingsOf(tx, project)).find((one) => one.finding === finding);
      if (!stored) throw notFound('finding', finding);
      const { version, appeal } = stored;
      return { ...shownFinding(stored), version, ...(appeal && { grounds: appeal.grounds }) };
    });
  }

  async epoch(project: string): Promise<EpochState> {
    return this.read(project, (tx) => epochState(tx, project));
  }

  /** Asks for an epoch, which is fitted as soon as an instance has time. */
  async requestEpoch(project: string, isSettling: boolean): Promise<EpochState> {
    const state = await this.read(project, async (tx) => {
      await insertRequest(tx, project, isSettling);
      return epochState(tx, project);
    });
    this.fits.wake();
    return state;
  }

  /** What is not at rest yet; all 0 at rest. */
  async rest(project: string): Promise<{ behind: number; parked: number }> {
    return this.transactions.run(async (tx) => ({
      behind: await lanesToRetest(tx, project, PARTITIONS),
      parked: await restOf(tx, project),
    }));
  }

  /** SHA-256 (hex) over the confusion counts of every worker to 9 places, and the findings that stand. */
  async digest(project: string): Promise<string> {
    return this.transactions.run(async (tx) => {
      const hash = createHash('sha256');
      for (const line of await digestLines(tx, project)) hash.update(`${line}\n`);
      const findings = (await findingsOf(tx, project)).filter(({ isRaised }) => isRaised);
      for (const { worker, question, kind } of findings.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)))
        hash.update(`${JSON.stringify([worker, question, kind])}\n`);
      return hash.digest('hex');
    });
  }

  private async shown(
    tx: Transaction,
    project: string,
    rows: readonly { worker: string; source: string | null; externalId: string | null }[],
  ): Promise<ShownWorker[]> {
    const ids = rows.map((row) => row.worker);
    const reliabilities = await reliabilitiesOf(tx, project, ids);
    const findings = (await findingsOf(tx, project, ids)).filter(({ isRaised }) => isRaised);
    const tiers = await tiersOf(tx, project, ids);
    return rows.map((row) => ({
      ...row,
      tier: tiers.get(row.worker)?.tier ?? 'standard',
      questions: reliabilities
        .filter(({ worker }) => worker === row.worker)
        .map(({ question, labels, accuracy, low, high, goldChecks, spammerScore }) => ({
          ...{ question, labels, accuracy, low, high, goldChecks, spammerScore },
        })),
      findings: findings.filter(({ worker }) => worker === row.worker).map(shownFinding),
    }));
  }

  private async read<Result>(
    name: string,
    work: (tx: Transaction, labels: ReadonlyMap<string, readonly string[]>) => Promise<Result>,
  ): Promise<Result> {
    return this.transactions.run(async (tx) => {
      const project = (await projectsNamed(tx, [name])).get(name);
      if (!project) throw notFound('project', name);
      return work(tx, new Map(project.questions.map((question) => [question.name, question.labels])));
    });
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function keyOf({ worker, question, kind }: StoredFinding): string {
  return `${worker} ${question} ${kind}`;
}

function shownFinding({ finding, worker, question, kind, isRaised, content, appeal }: StoredFinding): ShownFinding {
  return { finding, worker, question, kind, isRaised, ...content, ...(appeal && { appeal: appeal.status }) };
}
