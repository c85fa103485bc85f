import fc from 'fast-check';
import { outcomes, tally } from './outcome.domain';

const nothing = { hashes: new Map<string, string>(), revisions: new Map<string, number>() };

const aStatement = (event: string, revision = 0, hash = `hash of ${event}`) => ({
  event,
  hash,
  subject: 'rte/266/w001/0',
  revision,
  sourceId: event,
});

const words = (...args: Parameters<typeof outcomes>) => outcomes(...args).map((one) => one.status);

describe('outcomes', () => {
  it('accepts what is new and knows it again', () => {
    expect(words([aStatement('e1'), aStatement('e1')], nothing)).toEqual(['accepted', 'duplicate']);
    expect(words([aStatement('e1')], { ...nothing, hashes: new Map([['e1', 'hash of e1']]) })).toEqual(['duplicate']);
  });

  it('accepts a repeat of the same revision under another id: the policy of the project decides what it counts', () => {
    expect(words([aStatement('e1'), aStatement('e2')], nothing)).toEqual(['accepted', 'accepted']);
  });

  it('says where a higher revision came before', () => {
    expect(words([aStatement('e2', 1), aStatement('e1', 0)], nothing)).toEqual(['accepted', 'superseded']);
    expect(words([aStatement('e1', 0), aStatement('e2', 1)], nothing)).toEqual(['accepted', 'accepted']);
    const lower = [aStatement('e3', 2), aStatement('e1', 0), aStatement('e2', 1)];
    expect(words(lower, nothing)).toEqual(['accepted', 'superseded', 'superseded']);
    expect(words([aStatement('e1', 4)], { ...nothing, revisions: new Map([['rte/266/w001/0', 5]]) })).toEqual([
      'superseded',
    ]);
  });

  it('refuses another body under an id, whether used before or in the same request', () => {
    expect(outcomes([aStatement('e1'), aStatement('e1', 0, 'other')], nothing)[1]).toEqual({
      status: 'rejected',
      code: 'id_conflict',
      errors: [{ path: 'id', value: 'e1', expected: 'an id that its source has not used for something else' }],
    });
    expect(words([aStatement('e1', 0, 'other')], { ...nothing, hashes: new Map([['e1', 'hash of e1']]) })).toEqual([
      'rejected',
    ]);
  });

  it('publishes the same set whatever the order and however often each comes', () => {
    const set = [aStatement('e1', 0), aStatement('e2', 1), aStatement('e3', 2), aStatement('e4', 2)];
    const sent = fc.shuffledSubarray([...set, ...set, ...set], { minLength: 12 });
    fc.assert(
      fc.property(sent, (statements) => {
        const all = outcomes(statements, nothing);
        const published = statements.filter((_, index) => ['accepted', 'superseded'].includes(all[index]!.status));
        expect(published.map((one) => one.event).sort()).toEqual(['e1', 'e2', 'e3', 'e4']);
      }),
    );
  });
});

describe('tally', () => {
  it('counts each outcome, and those that wait among the accepted', () => {
    expect(tally([{ status: 'accepted' }, { status: 'accepted', waits: true }, { status: 'duplicate' }])).toEqual({
      received: 3,
      accepted: 2,
      superseded: 0,
      duplicate: 1,
      rejected: 0,
      waiting: 1,
    });
  });
});
