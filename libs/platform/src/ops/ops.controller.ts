import { Body, Controller, Get, HttpCode, Param, Post, Req, Res, type Type } from '@nestjs/common';
import { fieldError } from '@assay/contracts/field-error';
import { Flag, Integer, OneOf, Text } from '@assay/contracts/fields';
import { AcceptsJson } from '../http/accepts';
import type { HttpRequest, HttpResponse } from '../http/http-request';
import { isCursorInteger, isCursorUuid, keyOfCursor, PAGE_LIMIT, pageOf, PageQuery } from '../http/page';
import { invalid, notFound, Problem } from '../http/problem';
import { CheckedQuery } from '../http/query';
import { CalledBy, type Caller } from '../security/caller';
import { Roles } from '../security/roles';
import { OpsService, type Reset, type ResetOutcome, type SettleOutcome } from './ops.service';

/** Statuses of a dead letter that a list may be asked for. */
const STATUSES = ['open', 'redriving', 'redriven', 'discarded'] as const;

class AccountingQuery {
  @Text({ max: 63, optional: true })
  project?: string;
}

class OffsetsQuery {
  /** Also since when records wait. */
  @Flag({ optional: true })
  ages?: boolean;
}

class DeadLetterQuery extends PageQuery {
  @OneOf(STATUSES, { optional: true })
  status?: (typeof STATUSES)[number];

  /** Only those of one project; an event that could not be read has none, or what its key says. */
  @Text({ max: 63, optional: true })
  project?: string;
}

class OffsetReset {
  @Text({ max: 200 })
  topic!: string;

  @Integer({ min: 0 })
  partition!: number;

  /** `earliest` or `latest` that the log keeps, or an offset between. */
  @Text({ max: 16, pattern: /^(earliest|latest|\d{1,15})$/ })
  to!: string;

  /** Says what would be done, and does nothing. */
  @Flag({ optional: true })
  dryRun?: boolean;
}

class Reason {
  /** Why: for the audit. */
  @Text({ max: 1000 })
  reason!: string;
}

/**
 * What operators see and do of one service, under `/v1/ops/<service>`. Operators see no label and no name: what was sent is shown to
 * admins alone.
 */
export function opsController(service: string): Type {
  @Controller(`v1/ops/${service}`)
  @Roles('operator')
  class ServiceOps extends OpsController {}
  // Its own constructor has no types of its own to inject by.
  Reflect.defineMetadata('design:paramtypes', [OpsService], ServiceOps);
  return ServiceOps;
}

class OpsController {
  constructor(private readonly ops: OpsService) {}

  /** What became of the events that ingestion accepted, of one project or of all that the caller may see. */
  @Get('accounting')
  @Roles('operator', 'lead')
  accounting(@CheckedQuery(AccountingQuery) { project }: AccountingQuery, @CalledBy() caller: Caller) {
    return this.ops.accounting(caller, project);
  }

  /** Where the service is in each partition that it reads. */
  @Get('offsets')
  offsets(@CheckedQuery(OffsetsQuery) { ages = false }: OffsetsQuery) {
    return this.ops.offsets(ages);
  }

  /** Puts a position elsewhere: where records were gone from the log before they were read, or the topic was made anew. */
  @Post('offsets/reset')
  @HttpCode(200)
  @AcceptsJson(OffsetReset)
  async resetOffset(@Body() body: OffsetReset, @CalledBy() caller: Caller): Promise<Reset> {
    const { topic, partition, to, dryRun } = body;
    const target = to === 'earliest' || to === 'latest' ? to : Number(to);
    return resetOf(await this.ops.resetOffset(caller, { topic, partition, to: target }, dryRun ?? false), body);
  }

  @Get('deadletters')
  async deadLetters(
    @CheckedQuery(DeadLetterQuery) { cursor, limit = PAGE_LIMIT, status, project }: DeadLetterQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ) {
    const [after] = keyOfCursor(cursor, [isCursorUuid]) ?? [];
    const rows = await this.ops.deadLetters({
      after: after === undefined ? undefined : String(after),
      limit: limit + 1,
      status,
      project,
    });
    return { deadLetters: pageOf(request, response, rows, limit, (row) => [row.id]) };
  }

  @Get('deadletters/:id')
  async deadLetter(@Param('id') id: string, @CalledBy() caller: Caller) {
    const letter = await this.ops.deadLetter(caller, id);
    if (letter === undefined) throw notFound('dead letter', id);
    return letter;
  }

  /** Has it handled again. */
  @Post('deadletters/:id/redrive')
  @HttpCode(202)
  async redrive(@Param('id') id: string, @CalledBy() caller: Caller): Promise<void> {
    answer(await this.ops.redrive(caller, id), id);
  }

  /** Gives it up for good. */
  @Post('deadletters/:id/discard')
  @HttpCode(204)
  @AcceptsJson(Reason)
  async discard(@Param('id') id: string, @Body() { reason }: Reason, @CalledBy() caller: Caller): Promise<void> {
    answer(await this.ops.discard(caller, id, reason), id);
  }

  /** What operators and leads did to this service, newest first, and whether the chain of hashes is whole. */
  @Get('audit')
  async audit(
    @CheckedQuery(PageQuery) { cursor, limit = PAGE_LIMIT }: PageQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ) {
    const [before] = keyOfCursor(cursor, [isCursorInteger]) ?? [];
    const { rows, chain } = await this.ops.audit({
      before: before === undefined ? undefined : Number(before),
      limit: limit + 1,
    });
    return { chain, rows: pageOf(request, response, rows, limit, (row) => [row.id]) };
  }
}

function resetOf(outcome: ResetOutcome, { topic, partition, to }: OffsetReset): Reset {
  switch (outcome.type) {
    case 'done':
      return outcome.reset;
    case 'unknown-topic':
      throw invalid([fieldError('topic', topic, `one of ${outcome.expected.join(', ')}`)]);
    case 'unknown-partition':
      throw invalid([fieldError('partition', partition, `a partition of ${topic}`)]);
    case 'out-of-range':
      throw invalid([fieldError('to', to, `earliest, latest, or ${outcome.first} to ${outcome.end}`)]);
  }
}

function answer(outcome: SettleOutcome, id: string): void {
  if (outcome.type === 'unknown') throw notFound('dead letter', id);
  if (outcome.type === 'not-open')
    throw new Problem('conflict', `dead letter ${id} is ${outcome.status}: expected an open one`);
}
