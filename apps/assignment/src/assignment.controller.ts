import { Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { HttpResponse } from '@assay/platform/http/http-request';
import { CalledBy, type Caller } from '@assay/platform/security/caller';
import { Roles } from '@assay/platform/security/roles';
import { AssignmentService, type GivenWork } from './assignment.service';
import { NO_WORK } from './gate.domain';

/** Work for the worker whose credential asks. */
@ApiTags('assignments')
@Controller('v1/assignments/:project')
@Roles('worker', 'expert')
export class AssignmentController {
  constructor(private readonly assignments: AssignmentService) {}

  /** The next item. 204 where there is none: the header `assay-reason` says why, as a word and in words. */
  @Post()
  async next(
    @Param('project') project: string,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<GivenWork | undefined> {
    const outcome = await this.assignments.next(caller, project);
    if (outcome.type === 'work') return outcome.work;
    response.status(204);
    response.setHeader('assay-reason', `${outcome.reason};text="${NO_WORK[outcome.reason]}"`);
    return undefined;
  }

  /** What the worker has in hand, in the order in which it was given. */
  @Get()
  async held(
    @Param('project') project: string,
    @CalledBy() caller: Caller,
  ): Promise<{ project: string; assignments: GivenWork[] }> {
    return { project, assignments: await this.assignments.held(caller, project) };
  }

  /** More time: the deadline is put off from now on. */
  @Post(':id/extend')
  @HttpCode(200)
  async extend(
    @Param('project') project: string,
    @Param('id') id: string,
    @CalledBy() caller: Caller,
  ): Promise<{ assignment: string; deadline: string }> {
    return this.assignments.extend(caller, project, id);
  }

  /** Gives the item back: another worker gets it. */
  @Delete(':id')
  @HttpCode(204)
  async release(@Param('project') project: string, @Param('id') id: string, @CalledBy() caller: Caller): Promise<void> {
    await this.assignments.release(caller, project, id);
  }
}
