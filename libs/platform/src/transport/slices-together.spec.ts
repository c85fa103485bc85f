import { ANNOTATION_EVENTS, CONSENSUS_EVENTS } from '@assay/contracts/topics';
import { type Topic } from '@assay/contracts/contract';
import { type Slice } from './slice-transactions';
import { SlicesTogether } from './slices-together';

/** Transactions that end when the test says how. */
class Transactions {
  readonly begun: { topic: Topic; lanes: number[]; commit(): void; overtake(): void; fail(error: unknown): void }[] = [];

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

function slice(partition: number, records = 1): Slice {
  return {
    lane: { kind: 'item', partition },
    records: Array.from({ length: records }, (_none, offset) => ({
      ...{ offset, key: null, headers: {}, value: null, timestamp: 0 },
    })),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Fills both places, so that what is added next waits. */
function busy(most = 100) {
  const transactions = new Transactions();
  const together = new SlicesTogether(transactions.apply, () => most);
  const [first, second] = [together.add(ANNOTATION_EVENTS, slice(10)), together.add(ANNOTATION_EVENTS, slice(11))];
  return { transactions, together, first, second };
}

describe('SlicesTogether', () => {
  it('applies what waits for its turn in one transaction', async () => {
    const { transactions, together, first } = busy();
    const waiting = [0, 1, 2].map((lane) => together.add(ANNOTATION_EVENTS, slice(lane)));
    expect(transactions.lanes()).toEqual([[10], [11]]);
    transactions.begun[0]!.commit();
    expect(await first).toBe(true);
    expect(transactions.lanes()).toEqual([[10], [11], [0, 1, 2]]);
    transactions.begun[2]!.commit();
    expect(await Promise.all(waiting)).toEqual([true, true, true]);
  });

  it('takes no more records than a transaction may have, but always one slice', async () => {
    const { transactions, together } = busy(10);
    void [slice(0, 6), slice(1, 4), slice(2, 1), slice(3, 20)].map((one) => together.add(ANNOTATION_EVENTS, one));
    for (const at of [0, 1, 2, 3, 4]) {
      transactions.begun[at]!.commit();
      await settled();
    }
    expect(transactions.lanes().slice(2)).toEqual([[0, 1], [2], [3]]);
  });

  it('gives topics their turns in the order in which they began to wait', async () => {
    const { transactions, together } = busy();
    void together.add(CONSENSUS_EVENTS, slice(0));
    void together.add(ANNOTATION_EVENTS, slice(1));
    void together.add(CONSENSUS_EVENTS, slice(2));
    for (const at of [0, 1]) transactions.begun[at]!.commit();
    await settled();
    expect(transactions.begun.slice(2).map(({ topic, lanes }) => [topic.name, lanes])).toEqual([
      [CONSENSUS_EVENTS.name, [0, 2]],
      [ANNOTATION_EVENTS.name, [1]],
    ]);
  });

  it.each(['overtake', 'fail'] as const)('applies each alone where one spoils it (%s)', async (way) => {
    const { transactions, together } = busy();
    const waiting = [0, 1].map((lane) => together.add(ANNOTATION_EVENTS, slice(lane)));
    transactions.begun[0]!.commit();
    await settled();
    transactions.begun[2]![way](new Error('never'));
    await settled();
    expect(transactions.lanes().slice(2)).toEqual([[0, 1], [0], [1]]);
    transactions.begun[3]!.commit();
    transactions.begun[4]!.overtake();
    expect(await Promise.all(waiting)).toEqual([true, false]);
  });

  it('says what befell a slice that went alone, and does not try it again', async () => {
    const { transactions, first, second } = busy();
    transactions.begun[0]!.fail(new Error('never'));
    transactions.begun[1]!.overtake();
    await expect(first).rejects.toThrow('never');
    expect(await second).toBe(false);
    expect(transactions.begun).toHaveLength(2);
  });

  it('says of a failure that will pass to everybody: each is to wait and look where its lane stands', async () => {
    const { transactions, together } = busy();
    const waiting = [0, 1].map((lane) => together.add(ANNOTATION_EVENTS, slice(lane)));
    transactions.begun[0]!.commit();
    await settled();
    transactions.begun[2]!.fail(Object.assign(new Error('connection lost'), { code: '57P01' }));
    await Promise.all(waiting.map((one) => expect(one).rejects.toThrow('connection lost')));
    expect(transactions.begun).toHaveLength(3);
  });
});
