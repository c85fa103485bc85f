import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ACCESS_ROLES, type AccessRole } from '@assay/contracts/access/access-role';
import { OneOf, Text, Texts } from '@assay/contracts/fields';
import { AcceptsJson } from '../http/accepts';
import { SecretAnswer } from '../http/idempotency.interceptor';
import { invalid, notFound, Problem } from '../http/problem';
import { type KeyState } from './access-key.queries';
import { CalledBy, type Caller } from './caller';
import { type IssueOutcome, KeyService } from './key.service';
import { Roles } from './roles';

/** A key to be issued. */
export class NewKey {
  @Text({ max: 63, pattern: /^[0-9a-zA-Z._-]+$/ })
  holder!: string;

  @OneOf(ACCESS_ROLES)
  role!: AccessRole;

  @Texts({ min: 1, max: 1000 })
  projects!: string[];

  @Text({ max: 36, optional: true })
  worker?: string;
}

/** What is shown of a key: all but the hash of its secret. */
type ShownKey = Omit<KeyState, 'hash' | 'revision'>;

/** Keys: who may speak to Assay, as what. */
@Controller('v1/keys')
@Roles('operator')
export class KeysController {
  constructor(private readonly keys: KeyService) {}

  @Get()
  async list(): Promise<{ keys: ShownKey[] }> {
    return { keys: (await this.keys.list()).map(shown) };
  }

  @Post()
  @AcceptsJson(NewKey)
  @SecretAnswer('secret')
  async issue(@CalledBy() caller: Caller, @Body() body: NewKey) {
    return answer(await this.keys.issue(caller, body));
  }

  @Post(':key/rotate')
  @SecretAnswer('secret')
  async rotate(@CalledBy() caller: Caller, @Param('key') key: string) {
    return answer(found(await this.keys.rotate(caller, key), key));
  }

  @Delete(':key')
  @HttpCode(204)
  async revoke(@CalledBy() caller: Caller, @Param('key') key: string): Promise<void> {
    answer(found(await this.keys.revoke(caller, key), key));
  }
}

function found<T>(outcome: T | undefined, key: string): T {
  if (outcome === undefined) throw notFound('key', key);
  return outcome;
}

/** The key, with what its holder is to send (`secret`), which nobody can read again. */
function answer(outcome: IssueOutcome): ShownKey & { secret?: string } {
  switch (outcome.type) {
    case 'invalid':
      throw invalid(outcome.errors);
    case 'forbidden':
    case 'conflict':
      throw new Problem(outcome.type, outcome.detail);
    case 'kept':
    case 'unchanged':
      return { ...shown(outcome.state), ...(outcome.written === undefined ? {} : { secret: outcome.written }) };
  }
}

function shown({ hash: _hash, revision: _revision, ...rest }: KeyState): ShownKey {
  return rest;
}
