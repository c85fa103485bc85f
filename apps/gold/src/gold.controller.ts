import { Body, Controller, Delete, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { schemaOf } from '@assay/contracts/fields';
import { AcceptsLines } from '@assay/platform/http/accepts';
import type { HttpRequest, HttpResponse } from '@assay/platform/http/http-request';
import { isCursorText, keyOfCursor, PAGE_LIMIT, pageOf, PageQuery } from '@assay/platform/http/page';
import { CheckedQuery } from '@assay/platform/http/query';
import type { Line } from '@assay/platform/http/read-lines';
import { CalledBy, type Caller } from '@assay/platform/security/caller';
import { Roles } from '@assay/platform/security/roles';
import { GoldImportService, type GoldOutcome, InboundGold } from './gold-import.service';
import { GoldReader, type ShownGold } from './gold.reader';

/** Items whose label is known. */
@ApiTags('gold')
@Controller('v1/gold/:project')
export class GoldController {
  constructor(
    private readonly imports: GoldImportService,
    private readonly reader: GoldReader,
  ) {}

  /** One, an array, or NDJSON: rows of one item are alternatives. Answers what became of each item, in order; 207 where one was rejected. */
  @Post()
  @Roles('lead')
  @AcceptsLines(schemaOf(InboundGold))
  async import(
    @Param('project') project: string,
    @Body() lines: Line[],
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<{ outcomes: GoldOutcome[] }> {
    const outcomes = await this.imports.import(project, lines, caller);
    response.status(outcomes.some(({ status }) => status === 'rejected') ? 207 : 200);
    return { outcomes };
  }

  /** Gold items in the order of their names, page by page, with how often each was shown, checked and missed. */
  @Get()
  @Roles('lead')
  async list(
    @Param('project') project: string,
    @CheckedQuery(PageQuery) query: PageQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<{ project: string; gold: ShownGold[] }> {
    const limit = query.limit ?? PAGE_LIMIT;
    const after = String(keyOfCursor(query.cursor, [isCursorText])?.[0] ?? '');
    const rows = await this.reader.page(project, { after, limit: limit + 1 });
    return { project, gold: pageOf(request, response, rows, limit, (row) => [row.item]) };
  }

  /** Retires a gold item. */
  @Delete(':item')
  @Roles('lead')
  async retire(@Param('project') project: string, @Param('item') item: string, @CalledBy() caller: Caller) {
    return this.imports.retire(project, item, caller);
  }
}

/** What operators and the command line ask of a project. */
@ApiTags('operations')
@Controller('v1/ops/gold')
export class GoldOperationsController {
  constructor(private readonly reader: GoldReader) {}

  /** What is not at rest yet: gold items to be checked, parked events. */
  @Get('rest/:project')
  @Roles('lead', 'operator')
  async rest(@Param('project') project: string): Promise<{ behind: number; parked: number }> {
    return this.reader.rest(project);
  }

  /** The digest over the checks. */
  @Get('digest/:project')
  @Roles('lead', 'operator')
  async digest(@Param('project') project: string): Promise<{ project: string; digest: string }> {
    return { project, digest: await this.reader.digest(project) };
  }
}
