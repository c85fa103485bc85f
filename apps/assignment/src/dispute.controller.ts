import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DISPUTE_REASONS, type DisputeReason } from '@assay/contracts/dispute/dispute-event';
import { fieldError } from '@assay/contracts/field-error';
import { Flag, OneOf, Text } from '@assay/contracts/fields';
import { utcTimestamp } from '@assay/contracts/iso-timestamp';
import { AcceptsJson } from '@assay/platform/http/accepts';
import type { HttpRequest, HttpResponse } from '@assay/platform/http/http-request';
import { isCursorInteger, isCursorUuid, keyOfCursor, PAGE_LIMIT, pageOf, PageQuery } from '@assay/platform/http/page';
import { invalid } from '@assay/platform/http/problem';
import { CheckedQuery } from '@assay/platform/http/query';
import { CalledBy, type Caller } from '@assay/platform/security/caller';
import { Roles } from '@assay/platform/security/roles';
import type { EndedDispute, QueuePlace } from './dispute.queries';
import { type ClaimedDispute, type DisputeEntry, DisputeService } from './dispute.service';

/** What an expert says of a claimed dispute: a label, or that there is none; and why workers could not agree. */
export class DisputeDecision {
  /** One of the question's labels. */
  @Text({ optional: true })
  label?: string;

  /** Instead of a label: the question has no answer for this item. */
  @Flag({ optional: true })
  unresolvable?: boolean;

  @OneOf(DISPUTE_REASONS)
  reason!: DisputeReason;

  @Text({ optional: true, max: 2000 })
  note?: string;
}

/** The experts' queue. */
@ApiTags('disputes')
@Controller('v1/disputes/:project')
@Roles('expert')
export class DisputeController {
  constructor(private readonly disputes: DisputeService) {}

  /** What the expert may take or has in hand, of a lead all: by the hour of the deadline, within it where a decision is worth most. */
  @Get()
  @Roles('expert', 'lead')
  async list(
    @Param('project') project: string,
    @CheckedQuery(PageQuery) query: PageQuery,
    @CalledBy() caller: Caller,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<{ project: string; disputes: DisputeEntry[] }> {
    const limit = query.limit ?? PAGE_LIMIT;
    const rows = await this.disputes.queue(caller, project, placeOf(query.cursor), limit + 1);
    const page = pageOf(request, response, rows, limit, ({ place, dispute }) => [
      place.hour,
      String(place.confidence),
      dispute,
    ]);
    const disputes = page.map(({ dispute, question, raisedAt, deadline, status }): DisputeEntry => {
      const times = { raisedAt: raisedAt.toISOString(), deadline: deadline.toISOString() };
      return { dispute, question, ...times, status };
    });
    return { project, disputes };
  }

  /** Disputes that have ended: what workers and model believed, what the expert said and why there was one. */
  @Get('ended')
  @Roles('lead')
  async ended(
    @Param('project') project: string,
    @CheckedQuery(PageQuery) query: PageQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<{ project: string; disputes: Omit<EndedDispute, 'place'>[] }> {
    const limit = query.limit ?? PAGE_LIMIT;
    const rows = await this.disputes.ended(project, endOf(query.cursor), limit + 1);
    const page = pageOf(request, response, rows, limit, ({ place, dispute }) => [place, dispute]);
    return { project, disputes: page.map(({ place: _place, ...dispute }) => dispute) };
  }

  /** Takes a dispute: answers with the item, the question and the candidates. 409 where another has it. */
  @Post(':id/claim')
  @HttpCode(200)
  async claim(
    @Param('project') project: string,
    @Param('id') id: string,
    @CalledBy() caller: Caller,
  ): Promise<ClaimedDispute> {
    return this.disputes.claim(caller, project, id);
  }

  /** Gives it back. */
  @Post(':id/release')
  @HttpCode(204)
  async release(@Param('project') project: string, @Param('id') id: string, @CalledBy() caller: Caller): Promise<void> {
    await this.disputes.release(caller, project, id);
  }

  /** Decides it, for good. */
  @Post(':id/decision')
  @HttpCode(204)
  @AcceptsJson(DisputeDecision)
  async decide(
    @Param('project') project: string,
    @Param('id') id: string,
    @Body() { label, unresolvable = false, reason, note }: DisputeDecision,
    @CalledBy() caller: Caller,
  ): Promise<void> {
    if (unresolvable === (label !== undefined))
      throw invalid([fieldError('label', label, 'a label, or unresolvable: true instead of one')]);
    await this.disputes.decide(caller, project, id, {
      reason,
      ...(label !== undefined && { label }),
      ...(note !== undefined && { note }),
    });
  }
}

function placeOf(cursor: string | undefined): QueuePlace | undefined {
  const isConfidence = (part: string | number) => Number.isFinite(Number(part));
  const key = keyOfCursor(cursor, [isCursorInteger, isConfidence, isCursorUuid]);
  return key && [Number(key[0]), Number(key[1]), String(key[2])];
}

function endOf(cursor: string | undefined): readonly [string, string] | undefined {
  const isTime = (part: string | number) =>
    /^.{19}\.\d{6}Z$/.test(String(part)) && utcTimestamp(String(part)) !== undefined;
  const key = keyOfCursor(cursor, [isTime, isCursorUuid]);
  return key && [String(key[0]), String(key[1])];
}
