import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Text } from '@assay/contracts/fields';
import { PROJECT_NAME } from '@assay/contracts/project/project-definition';
import { AcceptsJson } from '@assay/platform/http/accepts';
import { notFound } from '@assay/platform/http/problem';
import { Roles } from '@assay/platform/security/roles';
import { type Rebuild } from './rebuild.queries';
import { RebuildService } from './rebuild.service';

/** What is to be published again. */
export class RebuildRequest {
  /** One project; all where it is left out. */
  @Text({ optional: true, max: 63, pattern: PROJECT_NAME })
  project?: string;
}

/** Publishing the record again. */
@ApiTags('operations')
@Controller('v1/ops/ingestion/rebuild')
export class RebuildController {
  constructor(private readonly rebuilds: RebuildService) {}

  /** Asks for a rebuild, which goes on by itself; the same asked again before it is finished is the same rebuild. */
  @Post()
  @HttpCode(202)
  @Roles('operator')
  @AcceptsJson(RebuildRequest)
  async request(@Body() { project }: RebuildRequest): Promise<Rebuild> {
    const rebuild = await this.rebuilds.request(project ?? null);
    if (rebuild === undefined) throw notFound('project', project!);
    return rebuild;
  }

  /** How far it is. */
  @Get(':id')
  @Roles('operator')
  async find(@Param('id') id: string): Promise<Rebuild> {
    const rebuild = /^\d{1,15}$/.test(id) ? await this.rebuilds.find(id) : undefined;
    if (rebuild === undefined) throw notFound('rebuild', id);
    return rebuild;
  }
}
