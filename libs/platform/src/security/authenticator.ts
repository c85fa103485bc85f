import { type Logger } from 'pino';
import { Problem } from '../http/problem';
import { isTransient } from '../postgres/transient-error';
import { messageOf } from '../transport/message-of';
import { type AccessKeys } from './access-keys';
import { type Caller } from './caller';
import { type OidcTokens } from './oidc-tokens';

/** Reads the `Authorization` header: keys of Assay, and tokens of the OIDC issuer where one is set. */
export class Authenticator {
  constructor(
    private readonly keys: AccessKeys,
    private readonly tokens: OidcTokens | undefined,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * Who the header says is calling.
   * @throws Problem `unauthenticated`, the same whatever is wrong; `unavailable` where the issuer cannot be asked.
   */
  async callerOf(header: string | undefined): Promise<Caller> {
    const [, credential = ''] = /^bearer +(\S+)$/i.exec(header ?? '') ?? [];
    const caller = credential.startsWith('assay_')
      ? await this.keys.callerOf(credential)
      : await this.callerOfToken(credential);
    if (caller) return caller;
    throw new Problem('unauthenticated', 'expected Authorization: Bearer with a valid key', undefined, {
      'www-authenticate': 'Bearer realm="assay"',
    });
  }

  private async callerOfToken(token: string): Promise<Caller | undefined> {
    try {
      return await this.tokens?.callerOf(token);
    } catch (error) {
      if (isTransient(error)) throw error;
      this.logger.warn(`OIDC issuer: ${messageOf(error)}`);
      throw new Problem('unavailable', 'the OIDC issuer is not reachable: try again', undefined, {
        'retry-after': '5',
      });
    }
  }
}
