import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '@assay/platform/security/roles';
import { AssignmentReader, type Summary } from './assignment.reader';

/** What operators and the command line ask of a project. */
@ApiTags('operations')
@Controller('v1/ops/assignment')
export class AssignmentOperationsController {
  constructor(private readonly reader: AssignmentReader) {}

  /** Items, assignments and disputes by where they stand: what is not at rest. */
  @Get('summary/:project')
  @Roles('lead', 'operator')
  async summary(@Param('project') project: string): Promise<Summary> {
    return this.reader.summary(project);
  }

  /** Lanes behind the newest revision of the project, and parked events. */
  @Get('rest/:project')
  @Roles('lead', 'operator')
  async rest(@Param('project') project: string): Promise<{ behind: number; parked: number }> {
    return this.reader.rest(project);
  }
}
