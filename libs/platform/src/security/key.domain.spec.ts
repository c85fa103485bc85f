import { type KeyState } from './access-key.queries';
import { decideIssue, decideRevoke, type KeyRequest } from './key.domain';

const AT = '2026-03-01T12:00:00.000Z';
const kept = { id: 'new', hash: 'f'.repeat(64) };
const admin = { role: 'admin', projects: ['*'] } as const;
const operator = { role: 'operator', projects: ['*'] } as const;
const operatorOfRte = { role: 'operator', projects: ['rte'] } as const;

function aRequest(changes: Partial<KeyRequest> = {}): KeyRequest {
  return { holder: 'cvat', role: 'tool', projects: ['rte', 'news'], ...changes };
}

function aKey(changes: Partial<KeyState> = {}): KeyState {
  return {
    ...{ key: 'old', holder: 'cvat', revision: 1, hash: '0'.repeat(64) },
    ...{ role: 'tool', projects: ['news', 'rte'], issuedAt: '2026-01-01T00:00:00.000Z' },
    ...changes,
  };
}

describe('decideIssue', () => {
  it('issues a key by its hash', () => {
    expect(decideIssue(operator, aRequest(), kept, [], AT)).toEqual({
      type: 'kept',
      state: {
        ...{ key: 'new', holder: 'cvat', revision: 1, hash: 'f'.repeat(64), issuedAt: AT },
        ...{ role: 'tool', projects: ['news', 'rte'] },
      },
    });
  });

  it('lets a holder have a second live key, and no third', () => {
    expect(decideIssue(operator, aRequest(), kept, [aKey()], AT).type).toBe('kept');
    expect(decideIssue(operator, aRequest(), kept, [aKey(), aKey({ key: 'older' })], AT)).toEqual({
      type: 'conflict',
      detail: 'holder cvat has the keys old and older: expected one to be revoked first',
    });
    const revoked = aKey({ key: 'older', revokedAt: AT });
    expect(decideIssue(operator, aRequest(), kept, [aKey(), revoked], AT).type).toBe('kept');
  });

  it('gives no holder two kinds of rights', () => {
    expect(decideIssue(operator, aRequest({ projects: ['*'] }), kept, [aKey()], AT).type).toBe('conflict');
    expect(decideIssue(operator, aRequest({ role: 'lead' }), kept, [aKey()], AT).type).toBe('conflict');
    const revoked = aKey({ revokedAt: AT });
    expect(decideIssue(operator, aRequest({ role: 'lead' }), kept, [revoked], AT).type).toBe('kept');
  });

  it('lets only an admin make an admin', () => {
    const request = aRequest({ role: 'admin', projects: ['*'] });
    expect(decideIssue(operator, request, kept, [], AT).type).toBe('forbidden');
    expect(decideIssue(admin, request, kept, [], AT).type).toBe('kept');
  });

  it('lets nobody give projects that are not their own', () => {
    const detail = (projects: string) => `projects ${projects}: expected only those of the credential, rte`;
    expect(decideIssue(operatorOfRte, aRequest({ projects: ['rte'] }), kept, [], AT).type).toBe('kept');
    for (const [projects, beyond] of [
      [['*'], '*'],
      [['rte', 'news'], 'news'],
    ] as const) {
      const decision = decideIssue(operatorOfRte, aRequest({ role: 'lead', projects }), kept, [], AT);
      expect(decision).toEqual({ type: 'forbidden', detail: detail(beyond) });
    }
  });

  it('wants a worker of workers and experts, and of nobody else', () => {
    for (const role of ['worker', 'expert'] as const) {
      expect(decideIssue(admin, aRequest({ role }), kept, [], AT)).toMatchObject({
        type: 'invalid',
        errors: [{ path: 'worker', expected: `the worker that this ${role} is` }],
      });
      expect(decideIssue(admin, aRequest({ role, worker: 'w1' }), kept, [], AT)).toMatchObject({
        state: { worker: 'w1' },
      });
    }
    expect(decideIssue(admin, aRequest({ worker: 'w1' }), kept, [], AT).type).toBe('invalid');
  });

  it('keeps the name of the first holder for admins', () => {
    expect(decideIssue(admin, aRequest({ holder: 'admin' }), kept, [], AT).type).toBe('invalid');
  });

  it('wants * alone', () => {
    expect(decideIssue(admin, aRequest({ projects: ['*', 'rte'] }), kept, [], AT)).toMatchObject({
      type: 'invalid',
      errors: [{ path: 'projects', expected: '* alone, or names' }],
    });
  });
});

describe('decideRevoke', () => {
  it('revokes once', () => {
    const revoked = { ...aKey(), revision: 2, revokedAt: AT };
    expect(decideRevoke(operator, aKey(), AT)).toEqual({ type: 'kept', state: revoked });
    expect(decideRevoke(operator, revoked, '2026-04-01T00:00:00.000Z')).toEqual({ type: 'unchanged', state: revoked });
  });

  it('lets nobody revoke a key for projects that are not their own', () => {
    expect(decideRevoke(operatorOfRte, aKey(), AT).type).toBe('forbidden');
    expect(decideRevoke(operatorOfRte, aKey({ projects: ['*'] }), AT).type).toBe('forbidden');
    expect(decideRevoke(operatorOfRte, aKey({ projects: ['rte'] }), AT).type).toBe('kept');
  });

  it('lets only an admin revoke an admin', () => {
    expect(decideRevoke(operator, aKey({ role: 'admin' }), AT).type).toBe('forbidden');
    expect(decideRevoke(admin, aKey({ role: 'admin' }), AT).type).toBe('kept');
  });
});
