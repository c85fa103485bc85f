import { Injectable } from '@nestjs/common';
import { countingEntries } from '@assay/contracts/annotation/entry';
import { findingPublished } from '@assay/contracts/public/finding-published';
import { findingCleared, type ClearedBy } from '@assay/contracts/standing/finding-cleared';
import { findingRaised } from '@assay/contracts/standing/finding-raised';
import { tierChanged } from '@assay/contracts/standing/tier-changed';
import { itemsByKey, rowKey } from '@assay/platform/copies/annotated-item';
import { type Project } from '@assay/platform/copies/project-copy';
import { lostVersions, nextVersion } from '@assay/platform/postgres/lost-versions';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Found, tierOf, verdictOn } from './finding.domain';
import { findingsOf, lockStandings, saveFindings, saveTiers, standingsOf, type StoredFinding } from './finding.queries';
import { type FittedModel } from './fit.domain';
import { ScoringMetrics } from './scoring.metrics';

/** Raises and clears findings on workers, and their tiers with them, each in the transaction of what it follows from. */
@Injectable()
export class FindingService {
  constructor(private readonly metrics: ScoringMetrics) {}

  /** What a fit found; what the sequential test on gold finds is its own. */
  async onEpoch(tx: Transaction, project: Project, epoch: number, models: readonly FittedModel[]): Promise<void> {
    const idsOf = await annotationIds(tx, project, models);
    const found = models.flatMap(({ question, workers }) =>
      workers.flatMap(({ worker, accuracy, low, high, findings }) =>
        findings
          .filter(({ kind }) => kind !== 'belowGold')
          .map(({ kind, statistic, threshold, evidence: counted }) => {
            const evidence = { ...counted, ids: idsOf(question, worker) };
            const policyRevision = project.revision;
            const content = { statistic, threshold, accuracy, low, high, evidence, epoch, policyRevision };
            return { worker, question, kind, content };
          }),
      ),
    );
    const kept = (await findingsOf(tx, project.project)).filter(({ kind }) => kind !== 'belowGold');
    const workers = [...new Set([...found, ...kept].map(({ worker }) => worker))];
    if (workers.length > 0) await this.exchange(tx, project.project, workers, found, (one) => one.kind !== 'belowGold');
  }

  /**
   * Brings the findings on some workers to what is found now, and their tiers to what follows.
   * @param isOurs which of the kept findings the caller speaks of: those it did not find are cleared.
   */
  async exchange(
    tx: Transaction,
    project: string,
    workers: readonly string[],
    found: readonly Found[],
    isOurs: (kept: StoredFinding) => boolean,
  ): Promise<void> {
    const tiers = await lockStandings(tx, project, workers);
    const kept = new Map((await findingsOf(tx, project, workers)).filter(isOurs).map((one) => [one.finding, one]));
    const wanted = new Map(found.map((one) => [idOf(project, one), one]));
    const lost = await lostVersions(tx);
    const changed: StoredFinding[] = [];
    for (const finding of new Set([...kept.keys(), ...wanted.keys()])) {
      const [was, is] = [kept.get(finding), wanted.get(finding)];
      const verdict = verdictOn(was, is?.content);
      if (verdict === 'keep') continue;
      const basis = is ? { ...was, ...is } : was!;
      const next = {
        ...basis,
        finding,
        project,
        version: nextVersion(was?.version ?? 0, lost),
        isRaised: verdict === 'raise',
      };
      changed.push(next);
      tell(tx, next, 'evidence');
      if (verdict === 'raise' && !was?.isRaised) tx.whenCommitted(() => this.metrics.found(next.kind));
    }
    await saveFindings(tx, changed);
    await this.changeTiers(tx, project, tiers);
  }

  /** Brings tiers of workers whose standings are held to what their findings and tests say. */
  async changeTiers(tx: Transaction, project: string, tiers: Awaited<ReturnType<typeof lockStandings>>): Promise<void> {
    const standings = await standingsOf(
      tx,
      project,
      tiers.map((one) => one.worker),
    );
    const lost = await lostVersions(tx);
    const changed = tiers.flatMap(({ worker, version, tier: was }) => {
      const { tier, reason } = tierOf(standings.get(worker)!);
      return tier === was ? [] : [{ worker, version: nextVersion(version, lost), tier, reason }];
    });
    for (const { worker, version, tier, reason } of changed) {
      const id = eventId(tierChanged.type, project, worker, version);
      tx.publish(tierChanged, id, { project, worker, version, tier, reason });
    }
    await saveTiers(tx, project, changed);
  }
}

/** Ids of the annotations that the findings of a fit rest on, the last of each worker, by question and worker. */
async function annotationIds(tx: Transaction, { project, policy }: Project, models: readonly FittedModel[]) {
  const wanted = models.flatMap(({ question, workers }) =>
    workers.flatMap(({ worker, evidence }) => evidence.map((item) => ({ question, worker, item }))),
  );
  const items = await itemsByKey(tx, [...new Set(wanted.map(({ item }) => rowKey({ project, item })))]);
  const ids = new Map<string, string[]>();
  for (const { question, worker, item } of wanted) {
    const entries = items.get(rowKey({ project, item }))?.entries ?? [];
    const counting = countingEntries(entries, question, policy.repeats).find((entry) => entry.worker === worker);
    const own = ids.get(`${question} ${worker}`) ?? [];
    if (counting) own.push(counting.id);
    ids.set(`${question} ${worker}`, own);
  }
  return (question: string, worker: string) => ids.get(`${question} ${worker}`) ?? [];
}

/** Id of a finding: one a worker, question and kind. */
export function idOf(project: string, { worker, question, kind }: Pick<Found, 'worker' | 'question' | 'kind'>): string {
  return eventId('finding', project, worker, question, kind);
}

/** Publishes what a finding says now: in full to the services, and that it is there to tools. */
export function tell(tx: Transaction, stored: StoredFinding, clearedBy: ClearedBy): void {
  const { finding, project, worker, question, kind, version, isRaised, content } = stored;
  const state = { ...{ finding, project, worker, question, kind, version }, ...content };
  if (isRaised) tx.publish(findingRaised, eventId(findingRaised.type, finding, version), state);
  else tx.publish(findingCleared, eventId(findingCleared.type, finding, version), { ...state, clearedBy });
  const told = { project, worker, finding, kind, version, isRaised };
  tx.publish(findingPublished, eventId(findingPublished.type, finding, version), told);
}
