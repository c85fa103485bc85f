import { ANNOTATION_EVENTS, CONSENSUS_EVENTS } from '@assay/contracts/topics';
import { type Topic } from '@assay/contracts/contract';
import { type Slice } from './slice-transactions';
import { SlicesTogether } from './slices-together';

/** Transactions that end when the test says how. */
class Transactions {
  readonly begun: { topic: Topic; lanes: number[]; commit(): void; overtake(): void; fail(error: unknown): void }[] =
    [];

  readonly apply = (topic: Topic, slices: readonly Slice[]): Promise<boolean> =>
    new Promise<boolean>((resolve, reject) => {
      const lanes = slices.map(({ lane }) => lane.partition);
      this.begun.push({
        ...{ topic, lanes, fail: reject },
        commit: () => resolve(true),
        overtake: () => resolve(false),
      });
    });

  lanes(): number[][] {
    return this.begun.map(({ lanes }) => lanes);
  }
}

function slice(partition: number, records = 1, value: Buffer | null = null): Slice {
  return {
    lane: { kind: 'item', partition },
    from: 0,
    records: Array.from({ length: records }, (_none, offset) => ({
      ...{ offset, key: null, headers: {}, value, timestamp: 0 },
    })),
  };
}

/** Time for a transaction to begin after another. */
async function pause(): Promise<void> {
  await jest.advanceTimersByTimeAsync(10);
}

/** With two transactions in hand, so that what is added next waits. */
async function busy(most = 100) {
  const transactions = new Transactions();
  const together = new SlicesTogether(transactions.apply, () => most);
  const first = together.add(ANNOTATION_EVENTS, slice(10));
  await pause();
  const second = together.add(ANNOTATION_EVENTS, slice(11));
  await pause();
  return { transactions, together, first, second };
}

describe('SlicesTogether', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('begins a millisecond after the first has come, with what has come meanwhile', async () => {
    const transactions = new Transactions();
    const together = new SlicesTogether(transactions.apply, () => 100);
    void together.add(ANNOTATION_EVENTS, slice(0));
    void together.add(ANNOTATION_EVENTS, slice(1));
    expect(transactions.lanes()).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(transactions.lanes()).toEqual([[0, 1]]);
  });

  it('begins a hundred transactions a second where something comes all the time, after ten at once', async () => {
    const transactions = new Transactions();
    const together = new SlicesTogether(transactions.apply, () => 100);
    for (let ms = 0; ms < 3_000; ms++) {
      void together.add(ANNOTATION_EVENTS, slice(ms));
      await jest.advanceTimersByTimeAsync(1);
      transactions.begun.at(-1)?.commit();
    }
    expect(transactions.begun.length).toBeGreaterThan(300);
    expect(transactions.begun.length).toBeLessThan(320);
    // Each slice went once, but for those of the last moments.
    const went = transactions.lanes().flat();
    expect(went).toEqual(Array.from({ length: went.length }, (_none, lane) => lane));
    expect(went.length).toBeGreaterThan(2_980);
  });

  it('applies what waits for its turn in one transaction', async () => {
    const { transactions, together, first } = await busy();
    const waiting = [0, 1, 2].map((lane) => together.add(ANNOTATION_EVENTS, slice(lane)));
    await pause();
    expect(transactions.lanes()).toEqual([[10], [11]]);
    transactions.begun[0]!.commit();
    expect(await first).toBe(true);
    await pause();
    expect(transactions.lanes()).toEqual([[10], [11], [0, 1, 2]]);
    transactions.begun[2]!.commit();
    expect(await Promise.all(waiting)).toEqual([true, true, true]);
  });

  it('takes no more records than a transaction may have, but always one slice', async () => {
    const { transactions, together } = await busy(10);
    void [slice(0, 6), slice(1, 4), slice(2, 1), slice(3, 20)].map((one) => together.add(ANNOTATION_EVENTS, one));
    for (const at of [0, 1, 2, 3, 4]) {
      transactions.begun[at]!.commit();
      await pause();
    }
    expect(transactions.lanes().slice(2)).toEqual([[0, 1], [2], [3]]);
  });

  it('takes no more bytes than one lane may bring at once, but always one slice', async () => {
    const { transactions, together } = await busy();
    const bytes = Buffer.alloc(3 << 20);
    void [1, 1, 4, 1].map((records, lane) => together.add(ANNOTATION_EVENTS, slice(lane, records, bytes)));
    for (const at of [0, 1, 2, 3, 4]) {
      transactions.begun[at]!.commit();
      await pause();
    }
    expect(transactions.lanes().slice(2)).toEqual([[0, 1], [2], [3]]);
  });

  it('gives topics their turns in the order in which they began to wait', async () => {
    const { transactions, together } = await busy();
    void together.add(CONSENSUS_EVENTS, slice(0));
    void together.add(ANNOTATION_EVENTS, slice(1));
    void together.add(CONSENSUS_EVENTS, slice(2));
    for (const at of [0, 1]) transactions.begun[at]!.commit();
    await pause();
    await pause();
    expect(transactions.begun.slice(2).map(({ topic, lanes }) => [topic.name, lanes])).toEqual([
      [CONSENSUS_EVENTS.name, [0, 2]],
      [ANNOTATION_EVENTS.name, [1]],
    ]);
  });

  it.each(['overtake', 'fail'] as const)('applies each alone where one spoils it (%s)', async (way) => {
    const { transactions, together } = await busy();
    const waiting = [0, 1].map((lane) => together.add(ANNOTATION_EVENTS, slice(lane)));
    transactions.begun[0]!.commit();
    await pause();
    transactions.begun[2]![way](new Error('never'));
    await pause();
    expect(transactions.lanes().slice(2)).toEqual([[0, 1], [0], [1]]);
    transactions.begun[3]!.commit();
    transactions.begun[4]!.overtake();
    expect(await Promise.all(waiting)).toEqual([true, false]);
  });

  it('says what befell a slice that went alone, and does not try it again', async () => {
    const { transactions, first, second } = await busy();
    transactions.begun[0]!.fail(new Error('never'));
    transactions.begun[1]!.overtake();
    await expect(first).rejects.toThrow('never');
    expect(await second).toBe(false);
    expect(transactions.begun).toHaveLength(2);
  });

  it('says of a failure that will pass to everybody: each is to wait and look where its lane stands', async () => {
    const { transactions, together } = await busy();
    const waiting = [0, 1].map((lane) => together.add(ANNOTATION_EVENTS, slice(lane)));
    transactions.begun[0]!.commit();
    await pause();
    transactions.begun[2]!.fail(Object.assign(new Error('connection lost'), { code: '57P01' }));
    await Promise.all(waiting.map((one) => expect(one).rejects.toThrow('connection lost')));
    expect(transactions.begun).toHaveLength(3);
  });
});
