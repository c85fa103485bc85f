import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { fieldError } from '@assay/contracts/field-error';
import { type Question } from '@assay/contracts/project/label-schema';
import { appendAudit } from '@assay/platform/audit/audit';
import { type AnnotatedItem, itemsByKey } from '@assay/platform/copies/annotated-item';
import { type Project, projectsNamed } from '@assay/platform/copies/project-copy';
import { invalid, notFound, Problem } from '@assay/platform/http/problem';
import { type Caller } from '@assay/platform/security/caller';
import { type LaneTransaction, type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { AssignmentMetrics } from './assignment.metrics';
import { type Candidate, candidatesOf, disputePolicy } from './dispute.domain';
import { publishClaimed, publishReleased, publishVerdict, type Verdict } from './dispute.event';
import {
  claim,
  decideDispute,
  type Dispute,
  endClaim,
  type EndedDispute,
  endedDisputes,
  hasAnnotated,
  holdDispute,
  holdExpiredClaims,
  type QueuedDispute,
  queueFor,
  type QueuePlace,
} from './dispute.queries';
import { isOnTrack, NO_WORK } from './gate.domain';
import { itemShown } from './offer.queries';
import { placeOfCaller } from './caller.queries';
import { tierOf } from './worker.queries';

/** Claims of one slice. */
const SLICE = 100;

/** What an expert sees of a dispute in hand: the item, the question, and what workers said under letters. Nobody's name, no counts. */
export interface ClaimedDispute {
  dispute: string;
  project: string;
  item: string;
  data: Record<string, unknown>;
  question: { name: string; kind: string; labels: string[]; ask: string };
  candidates: Candidate[];
  deadline: string;
  /** Until when the claim holds. */
  claimedUntil: string;
}

/** An entry of the experts' queue. */
export interface DisputeEntry {
  dispute: string;
  question: string;
  raisedAt: string;
  deadline: string;
  status: 'open' | 'claimed' | 'yours';
}

/** Puts disputes to experts and takes their decisions. */
@Injectable()
export class DisputeService {
  constructor(
    private readonly transactions: Transactions,
    private readonly metrics: AssignmentMetrics,
  ) {}

  /** What an expert may take or has in hand, most pressing first, behind a place; of who is no worker (a lead) everything that is not decided. */
  async queue(caller: Caller, name: string, after: QueuePlace | undefined, limit: number): Promise<QueuedDispute[]> {
    return this.transactions.run(async (tx) => {
      if (caller.worker !== undefined) await this.placeOf(tx, caller, name);
      else if (!(await projectsNamed(tx, [name])).has(name)) throw notFound('project', name);
      return queueFor(tx, { project: name, expert: caller.worker ?? null, after, limit });
    });
  }

  /** Disputes that have ended, for leads, in the order of their ends. */
  async ended(name: string, after: readonly [string, string] | undefined, limit: number): Promise<EndedDispute[]> {
    return this.transactions.run(async (tx) => {
      if (!(await projectsNamed(tx, [name])).has(name)) throw notFound('project', name);
      return endedDisputes(tx, { project: name, after, limit });
    });
  }

  /** Takes a dispute for as long as the policy says; taken again by its holder it is shown again. */
  async claim(caller: Caller, name: string, id: string): Promise<ClaimedDispute> {
    const { shown, happened } = await this.transactions.run(async (tx) => {
      const { project, expert } = await this.placeOf(tx, caller, name);
      const dispute = await this.hold(tx, name, id, expert);
      const isRunning = dispute.status === 'claimed' && dispute.claimedUntil! > dispute.now;
      if (isRunning && dispute.expert !== expert)
        throw new Problem(
          'already_claimed',
          `dispute ${id} is claimed until ${dispute.claimedUntil!.toISOString()}: expected one that nobody holds`,
        );
      if (isRunning) return { shown: await this.shown(tx, dispute, project), happened: undefined };
      if (dispute.status === 'claimed') {
        publishReleased(tx, dispute, 'expired');
        if ((await endClaim(tx, id)) === 'withdrawn') return { shown: undefined, happened: 'expired' as const };
      }
      const seconds = disputePolicy(project.policy).claimMinutes * 60;
      const claimed = await claim(tx, id, { expert, seed: randomUUID(), seconds });
      publishClaimed(tx, claimed);
      return { shown: await this.shown(tx, claimed, project), happened: 'claimed' as const };
    });
    if (happened) this.metrics.disputed(happened);
    if (!shown) throw new Problem('ended', `dispute ${id} is withdrawn: expected one that is open`);
    return shown;
  }

  /** Gives a claimed dispute back. */
  async release(caller: Caller, name: string, id: string): Promise<void> {
    const status = await this.transactions.run(async (tx) => {
      const { expert } = await this.placeOf(tx, caller, name);
      const dispute = await this.hold(tx, name, id, expert);
      checkClaim(dispute, expert);
      publishReleased(tx, dispute, 'given-back');
      return endClaim(tx, id);
    });
    this.metrics.disputed('given-back');
    if (status === 'withdrawn') this.metrics.disputed('withdrawn');
  }

  /** Ends a claimed dispute by what the expert says: final. */
  async decide(caller: Caller, name: string, id: string, verdict: Verdict): Promise<void> {
    const dispute = await this.transactions.run(async (tx) => {
      const { project, expert } = await this.placeOf(tx, caller, name);
      const held = await this.hold(tx, name, id, expert);
      checkClaim(held, expert);
      checkLabel(questionOf(project, held), verdict);
      await decideDispute(tx, id, verdict);
      publishVerdict(tx, held, verdict, project.schemaVersion);
      const action = verdict.label === undefined ? 'dispute.unresolvable' : 'dispute.decide';
      await appendAudit(tx, caller, { action, subject: id, detail: { project: name, reason: verdict.reason } });
      return held;
    });
    this.metrics.disputed(verdict.label === undefined ? 'unresolvable' : 'decided');
    this.metrics.resolved(dispute.raisedAt, dispute.deadline, dispute.now);
  }

  /** Ends a slice of the claims of a lane whose clock has run out. @returns whether more may be left. */
  async expireClaims(tx: LaneTransaction): Promise<boolean> {
    const expired = await holdExpiredClaims(tx, SLICE);
    for (const dispute of expired) {
      publishReleased(tx, dispute, 'expired');
      const status = await endClaim(tx, dispute.id);
      tx.whenCommitted(() => {
        this.metrics.disputed('expired');
        if (status === 'withdrawn') this.metrics.disputed('withdrawn');
      });
    }
    return expired.length === SLICE;
  }

  /** The project and the expert, who may decide on it. */
  private async placeOf(tx: Transaction, caller: Caller, name: string) {
    const { project, worker } = await placeOfCaller(tx, caller, name);
    if (!isOnTrack(project.tracks, worker.tracks)) throw new Problem('forbidden', NO_WORK.track);
    if ((await tierOf(tx, name, worker.id)) === 'suspended') throw new Problem('forbidden', NO_WORK.suspended);
    return { project, expert: worker.id };
  }

  /** A dispute that has not ended, on an item that the expert did not label; it stays as it is until the transaction ends. */
  private async hold(tx: Transaction, name: string, id: string, expert: string): Promise<Dispute> {
    const dispute = uuid.test(id) ? await holdDispute(tx, name, id) : undefined;
    if (!dispute) throw notFound('dispute', id);
    if (dispute.status !== 'open' && dispute.status !== 'claimed')
      throw new Problem('ended', `dispute ${id} is ${dispute.status}: expected one that is open`);
    if (await hasAnnotated(tx, expert, dispute.key))
      throw new Problem('own_work', `dispute ${id} is on an item that you labelled: expected another expert`);
    return dispute;
  }

  private async shown(tx: Transaction, dispute: Dispute, project: Project): Promise<ClaimedDispute> {
    const { id, key, item, deadline, claimedUntil, claimSeed } = dispute;
    const question = questionOf(project, dispute);
    const annotated: AnnotatedItem | undefined = (await itemsByKey(tx, [key])).get(key);
    const rankOf = (label: string) => createHash('sha256').update(`${claimSeed} ${label}`).digest('hex');
    const { name, kind, labels, ask = '' } = question;
    return {
      dispute: id,
      project: project.project,
      item,
      data: (await itemShown(tx, key)) ?? {},
      question: { name, kind, labels, ask },
      candidates: candidatesOf(annotated?.entries ?? [], question, project.policy, rankOf),
      deadline: deadline.toISOString(),
      claimedUntil: claimedUntil!.toISOString(),
    };
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws Problem unless the expert has the dispute in hand, and time is not over. */
function checkClaim({ id, status, expert, claimedUntil, now }: Dispute, caller: string): void {
  if (status !== 'claimed' || expert !== caller)
    throw new Problem('not_claimed', `dispute ${id} is not in your hand: expected to be claimed by you first`);
  if (claimedUntil! <= now)
    throw new Problem(
      'claim_expired',
      `your claim on dispute ${id} ended at ${claimedUntil!.toISOString()}: claim it again`,
    );
}

function questionOf(project: Project, { question }: Dispute): Question {
  const found = project.questions.find((one) => one.name === question);
  // A question is never removed, and a dispute comes from a decision on one.
  if (!found) throw notFound('question', question);
  return found;
}

function checkLabel({ name, labels }: Question, { label }: Verdict): void {
  if (label === undefined || labels.includes(label)) return;
  throw invalid([fieldError('label', label, `one of ${labels.join(', ')} (question "${name}")`)]);
}
