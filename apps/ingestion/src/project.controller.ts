import { Body, Controller, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { fieldError } from '@assay/contracts/field-error';
import { type Policy } from '@assay/contracts/project/label-schema';
import { type ProjectConfigured } from '@assay/contracts/project/project-configured';
import { completeProject } from '@assay/contracts/project/project-file';
import { PROJECT_FILE_SCHEMA } from '@assay/contracts/project/project-file-schema';
import { AcceptsBytes, JSON_TYPE } from '@assay/platform/http/accepts';
import { etagOf } from '@assay/platform/http/etag';
import type { HttpRequest, HttpResponse } from '@assay/platform/http/http-request';
import { parseJson } from '@assay/platform/http/parse-json';
import { invalid, notFound, Problem, type ProblemCode } from '@assay/platform/http/problem';
import { Roles } from '@assay/platform/security/roles';
import { type Project, type ProjectCommand, type ProjectOutcome } from './project.domain';
import { ProjectService } from './project.service';

const CODE_OF: Record<Extract<ProjectOutcome, { type: 'refused' }>['reason'], ProblemCode> = {
  not_found: 'not_found',
  archived: 'conflict',
  schema_shrinks: 'conflict',
  precondition_failed: 'precondition_failed',
};

type ProjectAnswer = ProjectConfigured & { status: Project['status'] };

/** Projects: their files, and how they stand. */
@ApiTags('projects')
@Controller('v1/projects/:project')
export class ProjectController {
  constructor(private readonly projects: ProjectService) {}

  /** Creates or changes a project; the body is the project file as JSON. `If-Match` names the revision that is to be changed. */
  @Put()
  @Roles('lead')
  @AcceptsBytes([JSON_TYPE], { schema: PROJECT_FILE_SCHEMA })
  async configure(
    @Param('project') name: string,
    @Body() body: Buffer,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ProjectAnswer> {
    const parsed = parseJson(body);
    if (parsed.type === 'unreadable') throw new Problem('malformed', `body: expected ${parsed.expected}`);
    const completed = completeProject(named(parsed.value, name));
    if (completed.type === 'refused') throw invalid(completed.errors);
    const { project: definition } = completed;
    if (definition.project !== name) {
      throw invalid([fieldError('project', definition.project, `${name}, as in the path, or nothing`)]);
    }
    return this.change(name, { type: 'configure', definition, expectedRevision: ifMatch(request) }, response);
  }

  @Post('archive')
  @Roles('lead')
  async archive(
    @Param('project') name: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ProjectAnswer> {
    response.status(200);
    return this.change(name, { type: 'archive', expectedRevision: ifMatch(request) }, response);
  }

  @Get()
  @Roles('tool', 'worker', 'expert', 'lead')
  async find(
    @Param('project') name: string,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<ProjectAnswer> {
    return answer(await this.existing(name), response);
  }

  @Get('policy')
  @Roles('tool', 'lead')
  async policy(
    @Param('project') name: string,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<{ project: string; revision: number; policy: Policy }> {
    const { project, revision, policy } = answer(await this.existing(name), response);
    return { project, revision, policy };
  }

  private async existing(name: string): Promise<Project> {
    const project = await this.projects.find(name);
    if (project === undefined) throw notFound('project', name);
    return project;
  }

  private async change(name: string, command: ProjectCommand, response: HttpResponse): Promise<ProjectAnswer> {
    const outcome = await this.projects.change(name, command);
    if (outcome.type === 'refused') {
      const { path, expected } = outcome.errors[0]!;
      throw new Problem(CODE_OF[outcome.reason], `${path}: expected ${expected}`, outcome.errors);
    }
    if (outcome.type === 'created') response.status(201);
    return answer(outcome.project, response);
  }
}

function answer({ status, state }: Project, response: HttpResponse): ProjectAnswer {
  response.setHeader('etag', etagOf(state.revision));
  return { ...state, status };
}

/** The file with the name of the path where it says none. */
function named(file: unknown, project: string): unknown {
  return typeof file === 'object' && file !== null && !Array.isArray(file) ? { project, ...file } : file;
}

/** The revision of `If-Match`; undefined where there is none, or any will do. */
function ifMatch(request: HttpRequest): number | undefined {
  const header = request.headers['if-match']?.trim();
  if (header === undefined || header === '*') return undefined;
  const [, revision] = /^"(\d{1,15})"$/.exec(header) ?? [];
  if (revision === undefined)
    throw new Problem('malformed', `if-match ${header.slice(0, 50)}: expected an ETag such as "3"`);
  return Number(revision);
}
