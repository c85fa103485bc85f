import { Injectable } from '@nestjs/common';
import { appendAudit } from '@assay/platform/audit/audit';
import { notFound, Problem } from '@assay/platform/http/problem';
import { lostVersions, nextVersion } from '@assay/platform/postgres/lost-versions';
import { type Caller, maySee } from '@assay/platform/security/caller';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { amountOf, type Appeal } from './finding.domain';
import { FindingService, tell } from './finding.service';
import { findingById, type KeptTier, lockStandings, saveFindings, type StoredFinding } from './finding.queries';

/** Appeals against findings: a worker says why one is wrong, a lead decides. */
@Injectable()
export class AppealService {
  constructor(
    private readonly transactions: Transactions,
    private readonly findings: FindingService,
  ) {}

  /**
   * Puts an appeal on record.
   * @throws Problem `not_found` for a finding that the caller may not know of, `conflict` where it holds no more or was appealed.
   */
  async appeal(finding: string, grounds: string, caller: Caller): Promise<Appeal> {
    return this.transactions.run(async (tx) => {
      const { stored } = await this.lock(tx, finding, caller);
      if (!stored.isRaised) throw new Problem('conflict', 'the finding holds no more: expected one that stands');
      if (stored.appeal?.status === 'open') throw new Problem('conflict', 'the finding is under appeal already');
      const appeal: Appeal = { status: 'open', grounds };
      await saveFindings(tx, [{ ...stored, appeal }]);
      await appendAudit(tx, caller, { action: 'finding.appeal', subject: finding, detail: { kind: stored.kind } });
      return appeal;
    });
  }

  /**
   * Decides an appeal. A won one clears the finding, and undoes what followed from it, until the worker has done as much again.
   * @throws Problem `not_found`, or `conflict` where there is no open appeal.
   */
  async decide(finding: string, isWon: boolean, caller: Caller): Promise<Appeal> {
    return this.transactions.run(async (tx) => {
      const { stored, tiers } = await this.lock(tx, finding, caller);
      if (stored.appeal?.status !== 'open') throw new Problem('conflict', 'no open appeal: expected one to decide');
      const { grounds } = stored.appeal;
      const appeal: Appeal = isWon
        ? { status: 'won', grounds, restedOn: amountOf(stored.content.evidence) }
        : { status: 'lost', grounds };
      const action = isWon ? 'finding.appeal-won' : 'finding.appeal-lost';
      await appendAudit(tx, caller, { action, subject: finding, detail: { kind: stored.kind } });
      if (isWon && stored.isRaised) await this.clear(tx, { ...stored, appeal }, tiers);
      else await saveFindings(tx, [{ ...stored, appeal }]);
      return appeal;
    });
  }

  private async clear(tx: Transaction, stored: StoredFinding, tiers: KeptTier[]): Promise<void> {
    const version = nextVersion(stored.version, await lostVersions(tx));
    const cleared = { ...stored, version, isRaised: false };
    await saveFindings(tx, [cleared]);
    tell(tx, cleared, 'appeal');
    await this.findings.changeTiers(tx, stored.project, tiers);
  }

  /** A finding that the caller may know of, with the standing of its worker, which is taken until the transaction ends. */
  private async lock(tx: Transaction, finding: string, caller: Caller) {
    const known = UUID.test(finding) ? await findingById(tx, finding) : undefined;
    const isOwn = caller.role === 'worker' || caller.role === 'expert' ? known?.worker === caller.worker : true;
    if (!known || !isOwn || !maySee(caller, known.project)) throw notFound('finding', finding);
    const tiers = await lockStandings(tx, known.project, [known.worker]);
    return { stored: (await findingById(tx, finding))!, tiers };
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
