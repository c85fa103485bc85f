import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isSecretOf, type KeptKey, parseKey } from './access-key';
import { keyById } from './access-key.queries';
import { type Caller } from './caller';

/** Knows callers by the keys that they show. */
@Injectable()
export class AccessKeys {
  /** @param first a key with the role admin that is valid without an event: the one that issues the others. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly first: KeptKey | undefined,
  ) {}

  /** Who holds a key; undefined where it is no key, unknown, of another secret, or revoked. */
  async callerOf(text: string): Promise<Caller | undefined> {
    const given = parseKey(text);
    if (given === undefined) return undefined;
    if (given.id === this.first?.id) {
      return isSecretOf(given.secret, this.first.hash)
        ? { id: given.id, holder: 'admin', role: 'admin', projects: ['*'] }
        : undefined;
    }
    const kept = await keyById(this.dataSource.manager, given.id);
    if (kept === undefined || kept.revokedAt !== undefined || !isSecretOf(given.secret, kept.hash)) return undefined;
    const { key: id, holder, role, projects, worker } = kept;
    return { id, holder, role, projects, ...(worker === undefined ? {} : { worker }) };
  }
}
