import { type Contract } from '@assay/contracts/contract';
import { publishClaimed, publishReleased, publishVerdict } from './dispute.event';
import { type Dispute } from './dispute.queries';

function aDispute(change: Partial<Dispute> = {}): Dispute {
  const at = new Date('2026-01-01T00:00:00.000Z');
  return {
    ...{ id: 'd1', key: '1', project: 'p', item: 'i1', question: 'label', status: 'claimed', isSettled: false },
    ...{ confidence: 0.6, raisedAt: at, deadline: at, expert: 'e1', claimedUntil: at, claimSeed: 's1', now: at },
    ...change,
  };
}

/** Ids of what is published of a dispute. */
function idsOf(dispute: Dispute): string[] {
  const ids: string[] = [];
  const tx = { publish: (_contract: Contract<object>, id: string) => void ids.push(id) };
  publishClaimed(tx, dispute);
  publishReleased(tx, dispute, 'given-back');
  for (const label of ['a', undefined])
    publishVerdict(tx, dispute, { reason: 'worker-slip', ...(label !== undefined && { label }) }, 1);
  return ids;
}

describe('an event about a dispute', () => {
  it('has the same id said again, another of another claim, and another of another dispute on the item', () => {
    const first = idsOf(aDispute());
    expect(idsOf(aDispute())).toEqual(first);
    const [claimed, released, ended] = idsOf(aDispute({ claimSeed: 's2' }));
    expect([first.includes(claimed!), first.includes(released!), ended]).toEqual([false, false, first[2]]);
    expect(idsOf(aDispute({ id: 'd2' })).filter((id) => first.includes(id))).toEqual([]);
  });
});
