import { type Cut, type ServiceAccounting, checksOf } from './audit';

const ACCOUNTING = { accepted: 9, applied: 6, superseded: 1, deadLettered: 1, pending: 1, duplicate: 2 };

function aCut(changes: Partial<Cut> = {}): Cut {
  return {
    ...{
      topic: 't',
      partition: 3,
      sequence: 10,
      records: 9,
      resent: 1,
      unnumbered: 1,
      lost: 0,
      skipped: 3,
      received: 9,
    },
    ...changes,
  };
}

const published = [{ topic: 't', partition: 3, sequence: 12 }];

describe('the checks of a service', () => {
  it('balance where everything that was published by the cut is accounted for', () => {
    const checks = checksOf('gold', { accounting: ACCOUNTING, cuts: [aCut()] }, published);
    expect(checks.map((one) => (one.type === 'made' ? [one.check, one.expected, one.found] : one))).toEqual([
      ['gold: accepted = applied + superseded + dead-lettered + pending', 9, 9],
      ['gold at t/3: records lost', 0, 0],
      ['gold at t/3: records = sequence - lost - skipped + resent + unnumbered', 9, 9],
      ['gold at t/3: events accounted for', 9, 9],
      ['gold at t/3: read no more than was published', 0, 0],
    ]);
  });

  it('do not balance where records are missing, or more were read than published', () => {
    const cut = aCut({ sequence: 13, lost: 1, received: 8 });
    const checks = checksOf('gold', { accounting: { ...ACCOUNTING, pending: 0 }, cuts: [cut] }, published);
    expect(checks.filter((one) => one.type === 'made' && one.expected === one.found)).toEqual([]);
  });

  it('are not made of what an older service does not tell', () => {
    const { unnumbered: _later, ...older } = aCut();
    const answer = JSON.parse(JSON.stringify({ accounting: ACCOUNTING, cuts: [older] })) as ServiceAccounting;
    const checks = checksOf('gold', answer, published);
    expect(checks.filter((one) => one.type === 'unmade')).toEqual([
      {
        type: 'unmade',
        check: 'gold at t/3: records = sequence - lost - skipped + resent + unnumbered',
        untold: ['unnumbered'],
      },
    ]);
    expect(checks.filter((one) => one.type === 'made')).toHaveLength(4);
  });
});
