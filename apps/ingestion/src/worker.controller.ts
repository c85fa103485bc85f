import { Body, Controller, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { checkFields } from '@assay/contracts/check-fields';
import { OneOf } from '@assay/contracts/fields';
import { InboundAnnotationRef } from '@assay/contracts/inbound/inbound-annotation';
import { ROLES, type WorkerRole } from '@assay/contracts/project/label-schema';
import { AcceptsJson } from '@assay/platform/http/accepts';
import { invalid } from '@assay/platform/http/problem';
import { Roles } from '@assay/platform/security/roles';
import { WorkerService } from './worker.service';

/** What is said of a worker that is registered. */
export class WorkerRegistration {
  /** `human` unless said. Once a model, always a model. */
  @OneOf(ROLES, { optional: true })
  role?: WorkerRole;
}

interface RegisteredWorker {
  worker: string;
  source: string;
  externalId: string;
  role: WorkerRole;
}

/** Workers by the names that their sources give them. */
@ApiTags('workers')
@Controller('v1/sources/:source/workers/:worker')
export class WorkerController {
  constructor(private readonly workers: WorkerService) {}

  /** Puts a worker on record and says its id. Who annotates is registered anyway: this is for keys that come before. */
  @Put()
  @Roles('tool', 'lead')
  @AcceptsJson(WorkerRegistration)
  async register(
    @Param('source') source: string,
    @Param('worker') externalId: string,
    @Body() { role = 'human' }: WorkerRegistration,
  ): Promise<RegisteredWorker> {
    const errors = checkFields(InboundAnnotationRef, { project: 'any', item: 'any', worker: externalId, source });
    if (errors.length > 0) throw invalid(errors, 'the path has errors');
    const row = await this.workers.register(source, externalId, role);
    return { worker: row.id, source: row.source, externalId: row.external_id, role: row.role };
  }
}
