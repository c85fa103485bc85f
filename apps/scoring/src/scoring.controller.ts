import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Flag, Text } from '@assay/contracts/fields';
import { AcceptsJson } from '@assay/platform/http/accepts';
import type { HttpRequest, HttpResponse } from '@assay/platform/http/http-request';
import { isCursorUuid, keyOfCursor, PAGE_LIMIT, pageOf, PageQuery } from '@assay/platform/http/page';
import { CheckedQuery } from '@assay/platform/http/query';
import { CalledBy, type Caller } from '@assay/platform/security/caller';
import { Roles } from '@assay/platform/security/roles';
import { AppealService } from './appeal.service';
import { type EpochState } from './fit.queries';
import { ScoringReader, type ShownFinding, type ShownWorker } from './scoring.reader';

/** What epoch is asked for. */
export class EpochRequest {
  /** A settling epoch: every item is decided by it. */
  @Flag({ optional: true })
  settle?: boolean;
}

/** Which findings are asked for. */
export class FindingQuery extends PageQuery {
  /** Those that stand, or those that stand no more; all without it. */
  @Flag({ optional: true })
  raised?: boolean;
}

/** What is said against a finding. */
export class AppealGrounds {
  @Text({ max: 2000 })
  grounds!: string;
}

/** What a lead decides on an appeal. */
export class AppealDecision {
  @Flag()
  won!: boolean;
}

/** How far each worker can be trusted. */
@ApiTags('workers')
@Controller('v1/workers')
export class WorkerScoreController {
  constructor(private readonly reader: ScoringReader) {}

  /** The caller's own standing, over its projects. */
  @Get('me')
  @Roles('worker', 'expert')
  async me(@CalledBy() caller: Caller) {
    return this.reader.ownStanding(caller);
  }

  /** Workers in the order of their ids, page by page. */
  @Get(':project')
  @Roles('lead')
  async list(
    @Param('project') project: string,
    @CheckedQuery(PageQuery) query: PageQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<{ project: string; workers: ShownWorker[] }> {
    const limit = query.limit ?? PAGE_LIMIT;
    const after = String(keyOfCursor(query.cursor, [isCursorUuid])?.[0] ?? '');
    const rows = await this.reader.workers(project, { after, limit: limit + 1 });
    return { project, workers: pageOf(request, response, rows, limit, (row) => [row.worker]) };
  }

  /** One worker: accuracies with intervals, confusion matrices, tests, findings, tier. */
  @Get(':project/:worker')
  @Roles('lead')
  async worker(@Param('project') project: string, @Param('worker') worker: string) {
    return this.reader.worker(project, worker);
  }
}

/** Statistically supported statements on workers. */
@ApiTags('findings')
@Controller('v1/findings')
export class FindingController {
  constructor(
    private readonly reader: ScoringReader,
    private readonly appeals: AppealService,
  ) {}

  /** Findings in the order of their ids, page by page. */
  @Get(':project')
  @Roles('lead')
  async list(
    @Param('project') project: string,
    @CheckedQuery(FindingQuery) query: FindingQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<{ project: string; findings: ShownFinding[] }> {
    const limit = query.limit ?? PAGE_LIMIT;
    const after = String(keyOfCursor(query.cursor, [isCursorUuid])?.[0] ?? '');
    const rows = await this.reader.findings(project, { after, limit: limit + 1, isRaised: query.raised });
    return { project, findings: pageOf(request, response, rows, limit, (row) => [row.finding]) };
  }

  @Get(':project/:finding')
  @Roles('lead')
  async finding(@Param('project') project: string, @Param('finding') finding: string) {
    return this.reader.finding(project, finding);
  }

  /** Says why a finding is wrong: the worker's own, or a lead for a worker. */
  @Post(':finding/appeal')
  @HttpCode(200)
  @Roles('worker', 'expert', 'lead')
  @AcceptsJson(AppealGrounds)
  async appeal(@Param('finding') finding: string, @Body() { grounds }: AppealGrounds, @CalledBy() caller: Caller) {
    return this.appeals.appeal(finding, grounds, caller);
  }

  /** Decides an appeal: a won one clears the finding and undoes what followed from it. */
  @Post(':finding/appeal/decision')
  @HttpCode(200)
  @Roles('lead')
  @AcceptsJson(AppealDecision)
  async decide(@Param('finding') finding: string, @Body() { won }: AppealDecision, @CalledBy() caller: Caller) {
    return this.appeals.decide(finding, won, caller);
  }
}

/** Fits of reliabilities. */
@ApiTags('epochs')
@Controller('v1/epochs/:project')
export class EpochController {
  constructor(private readonly reader: ScoringReader) {}

  /** The newest epoch, and whether another is due or asked for. */
  @Get()
  @Roles('lead')
  async find(@Param('project') project: string): Promise<EpochState> {
    return this.reader.epoch(project);
  }

  /** Asks for an epoch; it goes on by itself. */
  @Post()
  @HttpCode(202)
  @Roles('lead')
  @AcceptsJson(EpochRequest)
  async request(@Param('project') project: string, @Body() { settle = false }: EpochRequest): Promise<EpochState> {
    return this.reader.requestEpoch(project, settle);
  }
}

/** What operators and the command line ask of a project. */
@ApiTags('operations')
@Controller('v1/ops/scoring')
export class ScoringOperationsController {
  constructor(private readonly reader: ScoringReader) {}

  /** What is not at rest yet: lanes whose workers are to be tested by a newer policy, parked events. */
  @Get('rest/:project')
  @Roles('lead', 'operator')
  async rest(@Param('project') project: string): Promise<{ behind: number; parked: number }> {
    return this.reader.rest(project);
  }

  /** The digest over confusion counts and findings. */
  @Get('digest/:project')
  @Roles('lead', 'operator')
  async digest(@Param('project') project: string): Promise<{ project: string; digest: string }> {
    return { project, digest: await this.reader.digest(project) };
  }
}
