import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import { fieldError } from '@assay/contracts/field-error';
import { schemaOf, Text } from '@assay/contracts/fields';
import { InboundAnnotation } from '@assay/contracts/inbound/inbound-annotation';
import { AcceptsLines, NDJSON_TYPE } from '@assay/platform/http/accepts';
import type { HttpRequest, HttpResponse } from '@assay/platform/http/http-request';
import { keyOfCursor, PAGE_LIMIT, pageOf, PageQuery } from '@assay/platform/http/page';
import { invalid } from '@assay/platform/http/problem';
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

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function placeOfCursor(project: string, cursor: string | undefined): AnnotationPlace {
  const key = keyOfCursor(cursor, FIRST_PLACE.length - 1);
  if (key === undefined) return [project, ...FIRST_PLACE.slice(1)] as unknown as AnnotationPlace;
  const [item, worker, occasion, revision, event] = key;
  const isOurs =
    typeof item === 'string' &&
    uuid.test(String(worker)) &&
    typeof occasion === 'number' &&
    /^\d{1,16}$/.test(String(revision)) &&
    uuid.test(String(event));
  if (!isOurs)
    throw invalid([fieldError('cursor', cursor, 'a cursor of a page before, or nothing')], 'the query has errors');
  return [project, item, String(worker), occasion, String(revision), String(event)];
}
