import { Injectable } from '@nestjs/common';
import { keyIssued } from '@assay/contracts/access/key-issued';
import { type KeyRevoked, keyRevoked } from '@assay/contracts/access/key-revoked';
import { appendAudit } from '../audit/audit';
import { eventId } from '../transport/event-id';
import { type Transaction } from '../transport/transaction';
import { Transactions } from '../transport/transactions';
import { keptKey, newKey, writeKey } from './access-key';
import { allKeys, keepKeys, keyById, keysOfHolder, type KeyState } from './access-key.queries';
import { type Caller } from './caller';
import { decideIssue, decideRevoke, type KeyDecision, type KeyRequest } from './key.domain';

/** A decision, with the written key where one was made: it is shown this once. */
export type IssueOutcome = KeyDecision & { written?: string };

/** Issues, rotates and revokes keys; the other services learn of them as events. */
@Injectable()
export class KeyService {
  constructor(private readonly transactions: Transactions) {}

  async list(): Promise<KeyState[]> {
    return this.transactions.run((tx) => allKeys(tx.manager));
  }

  async issue(caller: Caller, request: KeyRequest): Promise<IssueOutcome> {
    return this.transactions.run((tx) => issue(tx, caller, request, 'key.issue'));
  }

  /** Issues another key with the same rights; both are live until one is revoked. Undefined where there is no such key. */
  async rotate(caller: Caller, id: string): Promise<IssueOutcome | undefined> {
    return this.transactions.run(async (tx) => {
      const old = await keyById(tx.manager, id);
      if (old === undefined) return undefined;
      if (old.revokedAt !== undefined) return { type: 'conflict', detail: `key ${id} is revoked: expected a live one` };
      return issue(tx, caller, old, 'key.rotate');
    });
  }

  /** Undefined where there is no such key. */
  async revoke(caller: Caller, id: string): Promise<KeyDecision | undefined> {
    return this.transactions.run(async (tx) => {
      const found = await keyById(tx.manager, id);
      if (found === undefined) return undefined;
      const held = await keysOfHolder(tx.manager, found.holder);
      const decision = decideRevoke(
        caller,
        held.find(({ key }) => key === id)!,
        new Date().toISOString(),
      );
      if (decision.type === 'kept') await keep(tx, caller, decision.state, 'key.revoke');
      return decision;
    });
  }
}

async function issue(tx: Transaction, caller: Caller, request: KeyRequest, action: string): Promise<IssueOutcome> {
  const made = newKey();
  const held = await keysOfHolder(tx.manager, request.holder);
  const decision = decideIssue(caller, request, keptKey(made), held, new Date().toISOString());
  if (decision.type !== 'kept') return decision;
  await keep(tx, caller, decision.state, action);
  return { ...decision, written: writeKey(made) };
}

async function keep(tx: Transaction, caller: Caller, state: KeyState, action: string): Promise<void> {
  await keepKeys(tx.manager, [state]);
  const { key, holder, role, projects } = state;
  publishKey(tx, state);
  await appendAudit(tx, caller, { action, subject: key, detail: { holder, role, projects } });
}

/** Publishes the state of a key; the same again whenever it is published again. */
export function publishKey(tx: Transaction, state: KeyState): void {
  const id = eventId('access-key', state.key, state.revision);
  const time = state.revokedAt ?? state.issuedAt;
  if (state.revokedAt === undefined) tx.publish(keyIssued, id, state, { time });
  else tx.publish(keyRevoked, id, state as KeyRevoked, { time });
}
