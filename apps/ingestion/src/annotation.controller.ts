import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import { schemaOf, Text } from '@assay/contracts/fields';
import { InboundAnnotation, MOST_OCCASIONS } from '@assay/contracts/inbound/inbound-annotation';
import { AcceptsLines, NDJSON_TYPE } from '@assay/platform/http/accepts';
import type { HttpRequest, HttpResponse } from '@assay/platform/http/http-request';
import { isCursorText, isCursorUuid, keyOfCursor, PAGE_LIMIT, pageOf, PageQuery } from '@assay/platform/http/page';
import { CheckedQuery } from '@assay/platform/http/query';
import type { Line } from '@assay/platform/http/read-lines';
import { CalledBy, type Caller } from '@assay/platform/security/caller';
import { Roles } from '@assay/platform/security/roles';
import { type AnnotationPlace, FIRST_PLACE, placeOf } from './annotation.queries';
import { AnnotationService, exported } from './annotation.service';
import { answerIntake, type IntakeAnswer } from './intake.answer';
import { projectName } from './project.name';
import { WorkerService } from './worker.service';

/** Which annotations are asked for. */
export class AnnotationQuery extends PageQuery {
  @Text({ optional: true })
  item?: string;
}

/** Annotations: all of them enter here, also those of work that was given out. */
@ApiTags('annotations')
@Controller('v1/annotations/:project')
export class AnnotationController {
  constructor(
    private readonly annotations: AnnotationService,
    private readonly workers: WorkerService,
  ) {}

  /** One annotation, an array, or NDJSON: answers what became of each, in order; 207 where one was rejected. */
  @Post()
  @Roles('tool', 'worker', 'expert', 'lead')
  @AcceptsLines(schemaOf(InboundAnnotation))
  async submit(
    @Param('project') project: string,
    @Body() lines: Line[],
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<IntakeAnswer> {
    const sender = await this.workers.senderOf(caller);
    return answerIntake(await this.annotations.receive(projectName(project), lines, sender), response);
  }

  /** The record of a project, or of one item, as NDJSON, page by page. */
  @Get()
  @Roles('lead')
  @ApiProduces(NDJSON_TYPE)
  async export(
    @Param('project') project: string,
    @CheckedQuery(AnnotationQuery) query: AnnotationQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<string> {
    const { limit = PAGE_LIMIT } = query;
    const rows = await this.annotations.page(project, placeOfCursor(project, query.cursor), limit + 1, query.item);
    const page = pageOf(request, response, rows, limit, (row) => placeOf(row).slice(1));
    response.setHeader('content-type', NDJSON_TYPE);
    return page.map((row) => `${JSON.stringify(exported(row))}\n`).join('');
  }
}

function placeOfCursor(project: string, cursor: string | undefined): AnnotationPlace {
  const key = keyOfCursor(cursor, [isCursorText, isCursorUuid, isOccasion, isRevision, isCursorUuid]);
  const [item, worker, occasion, revision, event] = key ?? FIRST_PLACE.slice(1);
  return [project, String(item), String(worker), Number(occasion), String(revision), String(event)];
}

function isOccasion(part: string | number): boolean {
  return typeof part === 'number' && part >= 0 && part <= MOST_OCCASIONS;
}

function isRevision(part: string | number): boolean {
  return /^\d{1,16}$/.test(String(part));
}
