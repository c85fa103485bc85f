import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CATALOGUE } from '@assay/contracts/catalogue';
import { appendAudit, auditRows, type AuditRow, firstBreak } from '../audit/audit';
import { type EventLog } from '../event-log/event-log';
import { type Caller } from '../security/caller';
import {
  type Accounting,
  accountingOf,
  type Cut,
  cutsOf,
  outboxPending,
  publishedOf,
} from '../transport/accounting.queries';
import { type DeadLetter, deadLetters, deadLetterWithBytes, discard, redrive } from '../transport/dead-letters';
import { type Transaction } from '../transport/transaction';
import { Transactions } from '../transport/transactions';
import { lanePositions, resetPosition } from '../transport/lane.queries';
import { type Offsets, offsetOf, offsetsOf, type Target, withAges } from './offsets';

/** Which service these operations are of, and what it reads. */
export interface OpsSubject {
  service: string;
  /** Names of the topics that it reads. */
  topics: readonly string[];
  eventLog: EventLog;
}

export const OPS_SUBJECT = Symbol('assay.ops-subject');

export type SettleOutcome = { type: 'done' } | { type: 'unknown' } | { type: 'not-open'; status: DeadLetter['status'] };

/** Which position is to be put where. */
export interface ResetRequest {
  topic: string;
  partition: number;
  to: Target;
}

/** Where a position stood, where it was put, and what the log has. */
export interface Reset {
  topic: string;
  partition: number;
  from: number | null;
  to: number;
  first: number;
  end: number;
}

export type ResetOutcome =
  | { type: 'done'; reset: Reset }
  | { type: 'unknown-topic'; expected: readonly string[] }
  | { type: 'unknown-partition' }
  | { type: 'out-of-range'; first: number; end: number };

/** `cuts` and `published` are of all projects, and for operators: they say how many events there are. */
export interface AccountingAnswer {
  service: string;
  accounting: Accounting;
  cuts?: Cut[];
  published?: { topic: string; partition: number; sequence: number }[];
  outboxPending?: number;
}

/** A dead letter as it is shown; `sent` to admins alone. */
export type ShownDeadLetter = DeadLetter & {
  /** SHA-256 (hex) of the value: the same as in the event on the topic of dead letters. */
  hash: string;
  sent?: { key: string | null; headers: Record<string, string>; value: string };
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What operators see and do of one service. */
@Injectable()
export class OpsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly transactions: Transactions,
    @Inject(OPS_SUBJECT) private readonly subject: OpsSubject,
  ) {}

  /** The accounting of a project that the caller may see, or of all of the caller's projects, at one moment. */
  async accounting(caller: Caller, project: string | undefined): Promise<AccountingAnswer> {
    const projects = project !== undefined ? [project] : caller.projects.includes('*') ? undefined : caller.projects;
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const { service } = this.subject;
      if (projects !== undefined) {
        const each = await Promise.all(projects.map((name) => accountingOf(manager, name)));
        return { service, accounting: each.reduce(added) };
      }
      return {
        service,
        accounting: await accountingOf(manager),
        cuts: await cutsOf(manager),
        published: await publishedOf(manager),
        outboxPending: await outboxPending(manager),
      };
    });
  }

  /** @param isAged also says since when records wait, for which the log is searched. */
  async offsets(isAged: boolean): Promise<{ service: string; offsets: Offsets[] }> {
    const { service, topics, eventLog } = this.subject;
    const offsets = await offsetsOf(this.dataSource.manager, eventLog, topics);
    return { service, offsets: isAged ? await withAges(eventLog, offsets) : offsets };
  }

  /**
   * Puts a position elsewhere, holding its lane, with a row of the audit; its reader goes on from there within seconds.
   * @param isDry says what would be done, and does nothing.
   */
  async resetOffset(caller: Caller, { topic, partition, to }: ResetRequest, isDry: boolean): Promise<ResetOutcome> {
    const { topics, eventLog } = this.subject;
    const kind = CATALOGUE.find((contract) => contract.topic.name === topic)?.topic.lane;
    if (kind === undefined || !topics.includes(topic)) return { type: 'unknown-topic', expected: topics };
    const ends = (await eventLog.offsets(topic))[partition];
    if (ends === undefined) return { type: 'unknown-partition' };
    const position = offsetOf(to, ends);
    if (position === undefined) return { type: 'out-of-range', ...ends };
    const lane = { kind, partition };
    const from = await this.transactions.run(async (tx) => {
      if (isDry) return (await lanePositions(tx.manager, lane)).get(topic);
      const before = await resetPosition(tx.manager, lane, topic, position);
      const detail = { from: before ?? null, to: position, first: ends.first, end: ends.end };
      await appendAudit(tx, caller, { action: 'offset.reset', subject: `${topic}/${partition}`, detail });
      return before;
    });
    return { type: 'done', reset: { topic, partition, from: from ?? null, to: position, ...ends } };
  }

  async deadLetters(page: {
    after: string | undefined;
    limit: number;
    status: DeadLetter['status'] | undefined;
    project: string | undefined;
  }): Promise<DeadLetter[]> {
    const { after, limit, status, project } = page;
    return deadLetters(this.dataSource.manager, {
      limit,
      ...(after === undefined ? {} : { after }),
      ...(status === undefined ? {} : { status }),
      ...(project === undefined ? {} : { project }),
    });
  }

  async deadLetter(caller: Caller, id: string): Promise<ShownDeadLetter | undefined> {
    const found = uuid.test(id) ? await deadLetterWithBytes(this.dataSource.manager, id) : undefined;
    if (found === undefined) return undefined;
    const { key, headers, value, ...letter } = found;
    if (caller.role !== 'admin') return letter;
    return { ...letter, sent: { key, headers, value: value?.toString('base64') ?? '' } };
  }

  async redrive(caller: Caller, id: string): Promise<SettleOutcome> {
    return this.settle(id, async (tx) => {
      if (!(await redrive(tx.manager, id))) return false;
      await appendAudit(tx, caller, { action: 'deadletter.redrive', subject: id, detail: {} });
      return true;
    });
  }

  async discard(caller: Caller, id: string, reason: string): Promise<SettleOutcome> {
    return this.settle(id, async (tx) => {
      if (!(await discard(tx.manager, id))) return false;
      await appendAudit(tx, caller, { action: 'deadletter.discard', subject: id, detail: { reason } });
      return true;
    });
  }

  /** Rows of the audit, newest first; `chain` is of all of it. */
  async audit(page: { before: number | undefined; limit: number }): Promise<{ rows: AuditRow[]; chain: string }> {
    const { manager } = this.dataSource;
    const broken = await firstBreak(manager);
    return { rows: await auditRows(manager, page), chain: broken === undefined ? 'whole' : `broken at row ${broken}` };
  }

  private async settle(id: string, change: (tx: Transaction) => Promise<boolean>): Promise<SettleOutcome> {
    if (!uuid.test(id)) return { type: 'unknown' };
    return this.transactions.run(async (tx) => {
      if (await change(tx)) return { type: 'done' };
      const found = await deadLetterWithBytes(tx.manager, id);
      return found ? { type: 'not-open', status: found.status } : { type: 'unknown' };
    });
  }
}

function added(one: Accounting, other: Accounting): Accounting {
  const names = Object.keys(one) as (keyof Accounting)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Accounting;
}
