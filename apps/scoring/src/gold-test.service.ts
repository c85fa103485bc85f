import { Injectable } from '@nestjs/common';
import { type CheckVoided } from '@assay/contracts/gold/check-voided';
import { type GoldChecked, goldChecked } from '@assay/contracts/gold/gold-checked';
import { type Project, projectsNamed } from '@assay/platform/copies/project-copy';
import { type Batch } from '@assay/platform/transport/batch';
import { type LaneTransaction, type LanesTransaction } from '@assay/platform/transport/transaction';
import { betaInterval } from '@assay/statistics/workers/beta-interval';
import { type Found, type GoldCheck, testOnGold } from './finding.domain';
import { FindingService } from './finding.service';
import { checksOf, keepChecks, keepRetest, type KeptGoldTest, nextRetest, saveGoldTests } from './gold-check.queries';

/** Workers of one slice of lane work. */
const SLICE = 100;

/** Keeps gold checks, and tests their workers as they come: whoever is below the target is found at once, not at the next fit. */
@Injectable()
export class GoldTestService {
  constructor(private readonly findings: FindingService) {}

  async onChecks(batch: Batch<GoldChecked | CheckVoided>, tx: LanesTransaction): Promise<void> {
    const told = batch.events.map(({ type, lane, data }) => {
      const { project, worker, check, question, version } = data;
      const base = { project, worker, lane, check, question, version };
      if (type !== goldChecked.type) return base;
      const { isRight, occurredAt, order } = data as GoldChecked;
      return { ...base, isRight, occurredAt, order };
    });
    const news = await keepChecks(tx, told);
    const projects = await projectsNamed(tx, [...news.keys()]);
    // Without its project there is no policy yet: it is tested when that comes.
    for (const [name, workers] of news) {
      const project = projects.get(name);
      if (project) await this.test(tx, project, workers);
    }
  }

  /** Tests a slice of the workers of a lane by a policy that has come since. @returns whether more is left. */
  async retest(tx: LaneTransaction): Promise<boolean> {
    const retest = await nextRetest(tx, tx.lane, SLICE);
    if (!retest) return false;
    const project = (await projectsNamed(tx, [retest.project])).get(retest.project);
    if (project && retest.workers.length > 0) await this.test(tx, project, retest.workers);
    await keepRetest(tx, tx.lane, retest);
    return true;
  }

  private async test(tx: LanesTransaction, project: Project, workers: readonly string[]): Promise<void> {
    const tests: KeptGoldTest[] = [];
    const found: Found[] = [];
    for (const [worker, questions] of await checksOf(tx, project.project, workers)) {
      for (const [question, checks] of questions) {
        const test = testOnGold(checks, project.policy.gold);
        const right = checks.filter((one) => one.isRight).length;
        tests.push({ worker, question, status: test.status, checks: checks.length, right });
        if (test.status === 'suspend') found.push(belowGold(worker, question, checks, test, project.revision));
      }
    }
    await saveGoldTests(tx, project.project, workers, tests);
    await this.findings.exchange(tx, project.project, workers, found, ({ kind }) => kind === 'belowGold');
  }
}

function belowGold(
  worker: string,
  question: string,
  checks: readonly GoldCheck[],
  { statistic, suspendAt, checks: looked, ids }: ReturnType<typeof testOnGold>,
  policyRevision: number,
): Found {
  const right = checks.filter((one) => one.isRight).length;
  const { value, low, high } = betaInterval(right, checks.length - right);
  const evidence = { checks: checks.length, right, looked, ids };
  const content = { statistic, threshold: suspendAt, accuracy: value, low, high, evidence, epoch: 0, policyRevision };
  return { worker, question, kind: 'belowGold', content };
}
