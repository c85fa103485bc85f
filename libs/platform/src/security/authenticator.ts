import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problem';
import { AccessKeys } from './access-keys';
import { type Caller } from './caller';

/** Reads the `Authorization` header. */
@Injectable()
export class Authenticator {
  constructor(private readonly keys: AccessKeys) {}

  /**
   * Who the header says is calling.
   * @throws Problem `unauthenticated`, the same whatever is wrong.
   */
  async callerOf(header: string | undefined): Promise<Caller> {
    const [, credential] = /^bearer +(\S+)$/i.exec(header ?? '') ?? [];
    const caller = credential === undefined ? undefined : await this.keys.callerOf(credential);
    if (caller) return caller;
    throw new Problem('unauthenticated', 'expected Authorization: Bearer with a valid key', undefined, {
      'www-authenticate': 'Bearer realm="assay"',
    });
  }
}
