import { randomUUID } from 'node:crypto';
import { type Decision } from '@assay/contracts/consensus/decision';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { rowKey } from '@assay/platform/copies/annotated-item';
import { type Project } from '@assay/platform/copies/project-copy';
import { type LanesTransaction, type LaneTransaction } from '@assay/platform/transport/transaction';
import { type Transactions } from '@assay/platform/transport/transactions';
import { sqlOfService } from '../../../test/support/sql-of-service';
import { workerOf } from './assignment.fixture';
import { type AssignmentMetrics } from './assignment.metrics';
import { ASSIGNMENT } from './assignment.module';
import { DisputeRaising } from './dispute-raising.service';
import { claim, decideDispute, endedDisputes, queueFor } from './dispute.queries';
import { DisputeService } from './dispute.service';
import { giveOut } from './offer.queries';
import { holdWork, type WorkRow } from './work.queries';

const [ANN, BOB] = [workerOf(51), workerOf(52)];

const sql = sqlOfService(ASSIGNMENT);

/** A transaction, and what was published and counted by it. */
function aTransaction() {
  const told: { type: string; dispute: string; cause?: string }[] = [];
  const counts: Record<string, number> = {};
  const tx = {
    ...{ sql, lane: 3, whenCommitted: (work: () => void) => work() },
    publish: ({ type }: { type: string }, _id: string, { dispute, cause }: { dispute: string; cause?: string }) =>
      told.push({ type, dispute, ...(cause !== undefined && { cause }) }),
  } as unknown as LanesTransaction & LaneTransaction;
  const metrics = {
    disputed: (event: string, count = 1) => {
      if (count > 0) counts[event] = (counts[event] ?? 0) + count;
    },
  } as AssignmentMetrics;
  return { tx, told, counts, metrics };
}

function disputed(question: string, change: Partial<Decision> = {}): Decision {
  const measured = { label: 'a', posterior: 0.6, confidence: 0.6, labels: 3, overlap: 3, epoch: 0 };
  return { question, state: 'disputed', ...measured, ...change };
}

function anItem(project: string, item: string, version = 0, decisions: readonly Decision[] = []): WorkRow {
  const gold = { isGold: false, goldRevision: 0 };
  const key = rowKey({ project, item });
  return { ...{ project, item, key, isWithdrawn: false, ...gold }, decidedVersion: version, state: 'open', decisions };
}

/** What becomes of disputes when items change. */
async function follow(before: WorkRow, row: WorkRow, project?: Project) {
  const { tx, told, counts, metrics } = aTransaction();
  await new DisputeRaising(metrics).follow(tx, [{ before, row, project }]);
  return { told, counts };
}

/** Disputes of a project by question: where they stand. */
async function statuses(project: string): Promise<Record<string, string>> {
  const rows = await sql<{ question: string; status: string }>(
    'select question, status from dispute where project = $1',
    [project],
  );
  return Object.fromEntries(rows.map(({ question, status }) => [question, status]));
}

async function idOf(project: string, question: string): Promise<string> {
  const [row] = await sql<{ id: string }>('select id from dispute where project = $1 and question = $2', [
    project,
    question,
  ]);
  return row!.id;
}

/** Disputes on questions of an item, each of which an expert has in hand or nobody has. */
async function raised(project: string, claimed: Record<string, string | undefined>): Promise<WorkRow> {
  const row = anItem(project, 'i1', 1, Object.keys(claimed).map((question) => disputed(question))); // prettier-ignore
  await follow(anItem(project, 'i1'), row);
  for (const [question, expert] of Object.entries(claimed)) {
    if (expert !== undefined)
      await claim({ sql }, await idOf(project, question), { expert, seed: randomUUID(), seconds: 3600 });
  }
  return row;
}

const DECISION = { label: 'b', reason: 'worker-slip' } as const;

describe('the disputes of an item', () => {
  it('are each on a question, by whose decisions they come and go', async () => {
    const before = await raised('questions', { label: undefined, tone: undefined, shape: ANN });
    await decideDispute({ sql }, await idOf('questions', 'shape'), DECISION);
    const later = { ...before, decidedVersion: 2, decisions: [disputed('label', { state: 'reached' }), disputed('tone'), disputed('size'), disputed('shape')] }; // prettier-ignore
    expect(await follow(before, later)).toEqual({ told: [], counts: { raised: 1, withdrawn: 1 } });
    expect(await statuses('questions')).toEqual({ label: 'withdrawn', tone: 'open', size: 'open', shape: 'decided' });
  });

  it('end with the item; experts are told who have one in hand, and what was decided stays so', async () => {
    const before = await raised('withdrawn', { label: undefined, tone: ANN, shape: BOB });
    await decideDispute({ sql }, await idOf('withdrawn', 'shape'), DECISION);
    const { told, counts } = await follow(before, { ...before, isWithdrawn: true });
    const dispute = await idOf('withdrawn', 'tone');
    expect(told).toEqual([{ type: 'assay.dispute.released.v1', dispute, cause: 'withdrawn' }]);
    expect(counts).toEqual({ withdrawn: 2 });
    expect(await statuses('withdrawn')).toEqual({ label: 'withdrawn', tone: 'withdrawn', shape: 'decided' });
  });

  it('are due by the hours of the policy, and go by what consensus says last', async () => {
    const project = { policy: { ...DEFAULT_POLICY, disputes: { hours: 2, claimMinutes: 15 } } } as Project;
    const row = anItem('due', 'i1', 1, [disputed('label')]);
    await follow(anItem('due', 'i1'), row, project);
    await follow(row, anItem('due', 'i1', 2, [disputed('label', { label: 'c', confidence: 0.4 })]), project);
    expect(
      await sql(
        `select deadline - raised_at = interval '2 hours' as fits, believed, confidence from dispute where project = 'due'`,
      ),
    ).toEqual([{ fits: true, believed: 'c', confidence: 0.4 }]);
  });

  it('that have ended are listed page by page, also after consensus has followed', async () => {
    const before = await raised('ended', { label: ANN, tone: ANN, shape: undefined });
    await raised('ended-elsewhere', { label: ANN });
    await decideDispute({ sql }, await idOf('ended-elsewhere', 'label'), DECISION);
    for (const question of ['label', 'tone']) await decideDispute({ sql }, await idOf('ended', question), DECISION);
    const followed = ['label', 'tone'].map((question) => disputed(question, { state: 'adjudicated' }));
    await follow(before, { ...before, decidedVersion: 2, decisions: [...followed, disputed('shape')] });
    const [first, ...rest] = await endedDisputes({ sql }, { project: 'ended', after: undefined, limit: 1 });
    expect([first?.question, first?.status, rest]).toEqual(['label', 'decided', []]);
    const next = await endedDisputes(
      { sql },
      { project: 'ended', after: [first!.place, first!.dispute] as const, limit: 5 },
    );
    expect(next.map(({ question, status }) => [question, status])).toEqual([['tone', 'decided']]);
  });
});

describe('the queue', () => {
  it('is of what is open in the project, or whose claim is over, and was not labelled by the expert', async () => {
    await raised('queue', { open: undefined, anns: ANN, bobs: BOB, over: BOB });
    await raised('queue-elsewhere', { open: undefined });
    await sql(`update dispute set claimed_until = now() where project = 'queue' and question = 'over'`);
    const queue = async (expert: string | null) => {
      const rows = await queueFor({ sql }, { project: 'queue', expert, after: undefined, limit: 10 });
      return Object.fromEntries(rows.map(({ question, status }) => [question, status]));
    };
    expect(await queue(ANN)).toEqual({ open: 'open', anns: 'yours', over: 'open' });
    expect(await queue(BOB)).toEqual({ open: 'open', bobs: 'yours', over: 'open' });
    expect(await queue(null)).toEqual({ open: 'open', anns: 'claimed', bobs: 'claimed', over: 'open' });
    // One who was given the item and handed nothing in has said nothing of it.
    const key = rowKey({ project: 'queue', item: 'i1' });
    await holdWork({ sql }, [{ project: 'queue', item: 'i1' }]);
    await giveOut({ sql }, { id: randomUUID(), key, worker: ANN, seconds: 60 });
    expect(Object.keys(await queue(ANN))).toHaveLength(3);
  });
});

describe('the claims of a lane', () => {
  it('end when their clock has run out, and that is told', async () => {
    await raised('clock', { over: ANN, running: ANN, elsewhere: ANN });
    const over = await idOf('clock', 'over');
    await sql(`update dispute set lane = 3, claimed_until = now() where id = $1`, [over]);
    await sql(`update dispute set lane = 3 where project = 'clock' and question = 'running'`);
    await sql(`update dispute set lane = 4, claimed_until = now() where project = 'clock' and question = 'elsewhere'`);
    const { tx, told, counts, metrics } = aTransaction();
    await new DisputeService({} as Transactions, metrics).expireClaims(tx);
    expect(told).toEqual([{ type: 'assay.dispute.released.v1', dispute: over, cause: 'expired' }]);
    expect(counts).toEqual({ expired: 1 });
    expect(await statuses('clock')).toEqual({ over: 'open', running: 'claimed', elsewhere: 'claimed' });
  });
});
