import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '@assay/platform/security/roles';
import { type IntakeCount, type Subject } from './intake.domain';
import { IntakeService } from './intake.service';

/** What came in at the edge. */
@ApiTags('projects')
@Controller('v1/projects/:project/intake')
export class IntakeController {
  constructor(private readonly intake: IntakeService) {}

  /** received = accepted + duplicate + rejected, since the project was first heard of; the waiting are among the accepted. */
  @Get()
  @Roles('tool', 'lead', 'operator')
  async counts(@Param('project') project: string): Promise<{ project: string } & Record<Subject, IntakeCount>> {
    return { project, ...(await this.intake.counts(project)) };
  }
}
