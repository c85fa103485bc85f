import { Readable } from 'node:stream';
import { Controller, Get, Param, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DECISION_STATES, type DecisionState } from '@assay/contracts/consensus/decision';
import { Flag, OneOf, Text } from '@assay/contracts/fields';
import type { HttpRequest, HttpResponse } from '@assay/platform/http/http-request';
import { isCursorText, keyOfCursor, PAGE_LIMIT, pageOf, PageQuery } from '@assay/platform/http/page';
import { NDJSON_TYPE } from '@assay/platform/http/accepts';
import { CheckedQuery } from '@assay/platform/http/query';
import { Roles } from '@assay/platform/security/roles';
import { ConsensusReader, type ItemDecisions } from './consensus.reader';

/** Which items are asked for. */
export class ConsensusQuery extends PageQuery {
  @OneOf(DECISION_STATES, { optional: true })
  state?: DecisionState;

  /** Decisions on this question alone; `state` is then that of the question. */
  @Text({ max: 63, optional: true })
  question?: string;
}

/** Which agreement is asked for. */
export class AgreementQuery {
  @Text({ max: 63, optional: true })
  question?: string;

  @Text({ optional: true })
  slice?: string;

  /** Adds the number of workers and the mean kappa of their pairs, which takes a pass over all items. */
  @Flag({ optional: true })
  pairwise?: boolean;
}

/** What is believed of items. */
@ApiTags('consensus')
@Controller('v1/consensus/:project')
export class ConsensusController {
  constructor(private readonly reader: ConsensusReader) {}

  /** Items in the order of their names, page by page; all of them, a line each, where NDJSON is asked for. */
  @Get()
  @Roles('tool', 'lead')
  async list(
    @Param('project') project: string,
    @CheckedQuery(ConsensusQuery) query: ConsensusQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<{ project: string; items: ItemDecisions[] } | StreamableFile> {
    const { state, question } = query;
    if (prefersLines(request)) {
      const pages = await this.reader.all(project, { state, question });
      return new StreamableFile(Readable.from(linesOf(pages)), { type: NDJSON_TYPE });
    }
    const limit = query.limit ?? PAGE_LIMIT;
    const after = String(keyOfCursor(query.cursor, [isCursorText])?.[0] ?? '');
    const rows = await this.reader.page(project, { after, limit: limit + 1, state, question });
    return { project, items: pageOf(request, response, rows, limit, (row) => [row.item]) };
  }

  /** One item, with what its decision came from. */
  @Get(':item')
  @Roles('tool', 'lead')
  async item(@Param('project') project: string, @Param('item') item: string) {
    return this.reader.provenance(project, item);
  }
}

/** Whether NDJSON is the first type that the caller names. */
function prefersLines({ headers }: HttpRequest): boolean {
  return (headers.accept ?? '').split(/[,;]/)[0]?.trim() === NDJSON_TYPE;
}

async function* linesOf(pages: AsyncIterable<readonly object[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((item) => `${JSON.stringify(item)}\n`).join('');
}

/** How well the workers agree. */
@ApiTags('agreement')
@Controller('v1/agreement/:project')
export class AgreementController {
  constructor(private readonly reader: ConsensusReader) {}

  /** Every coefficient by question, with delete-one-stripe jackknife intervals. */
  @Get()
  @Roles('tool', 'lead')
  async agreement(@Param('project') project: string, @CheckedQuery(AgreementQuery) query: AgreementQuery) {
    const { question, slice, pairwise = false } = query;
    return { project, agreement: await this.reader.agreement(project, { question, slice, all: pairwise }) };
  }
}

/** What operators and the command line ask of a project. */
@ApiTags('operations')
@Controller('v1/ops/consensus')
export class ConsensusOperationsController {
  constructor(private readonly reader: ConsensusReader) {}

  /** Number of items by state. */
  @Get('summary/:project')
  @Roles('lead', 'operator')
  async summary(@Param('project') project: string) {
    return this.reader.summary(project);
  }

  /** What is not at rest yet: items behind the newest policy, parked events. */
  @Get('rest/:project')
  @Roles('lead', 'operator')
  async rest(@Param('project') project: string): Promise<{ behind: number; parked: number }> {
    return this.reader.rest(project);
  }

  /** The digest over decisions and agreement. */
  @Get('digest/:project')
  @Roles('lead', 'operator')
  async digest(@Param('project') project: string): Promise<{ project: string; digest: string }> {
    return { project, digest: await this.reader.digest(project) };
  }
}
