import fc from 'fast-check';
import { countNew, countWaited, type Entry, type Submitted } from './intake.domain';

const claim = { fresh: false, type: 'retraction' as const, data: {} as never };
const anEntry = (subject: Entry['subject'] = 'annotations', project: string | undefined = 'rte'): Entry => ({
  subject,
  project,
  content: { type: 'claim', claim },
});
const results: Submitted[] = [
  { status: 'accepted' },
  { status: 'superseded' },
  { status: 'duplicate' },
  { status: 'rejected', code: 'invalid', errors: [] },
  { status: 'waits', claim },
];

describe('countNew', () => {
  it('counts by subject and project', () => {
    const entries = [anEntry(), anEntry('items'), anEntry('annotations', 'cat')];
    const counts = countNew(entries, [results[0]!, results[2]!, results[3]!]);
    expect([...counts.annotations]).toEqual([
      ['rte', { received: 1, accepted: 1, duplicate: 0, rejected: 0, waiting: 0 }],
      ['cat', { received: 1, accepted: 0, duplicate: 0, rejected: 1, waiting: 0 }],
    ]);
    expect([...counts.items]).toEqual([['rte', { received: 1, accepted: 0, duplicate: 1, rejected: 0, waiting: 0 }]]);
  });

  it('counts nobody where no project is named', () => {
    const entry: Entry = { subject: 'annotations', content: { type: 'refused', code: 'invalid', errors: [] } };
    expect(countNew([entry], [results[3]!]).annotations.size).toBe(0);
  });
});

describe('countWaited', () => {
  it('changes nothing for what waits on', () => {
    expect(countWaited([anEntry()], [results[4]!]).annotations.get('rte')).toEqual({
      received: 0,
      accepted: 0,
      duplicate: 0,
      rejected: 0,
      waiting: 0,
    });
  });

  it('balances, whatever becomes of what waited: received = accepted + duplicate + rejected', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...results), { minLength: 1 }),
        fc.constantFrom(...results),
        (first, later) => {
          const sum = { received: 0, accepted: 0, duplicate: 0, rejected: 0, waiting: 0 };
          const add = (counts: typeof sum) => {
            for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += counts[name];
          };
          const entries = first.map(() => anEntry());
          add(countNew(entries, first).annotations.get('rte')!);
          const waiting = first.filter((result) => result.status === 'waits');
          expect(sum.waiting).toBe(waiting.length);
          if (waiting.length > 0) {
            const laterResults = waiting.map(() => later);
            add(
              countWaited(
                waiting.map(() => anEntry()),
                laterResults,
              ).annotations.get('rte')!,
            );
          }
          expect(sum.received).toBe(sum.accepted + sum.duplicate + sum.rejected);
          expect(sum.received).toBe(first.length);
        },
      ),
    );
  });
});
