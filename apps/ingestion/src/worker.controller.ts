import { Body, Controller, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { checkFields } from '@assay/contracts/check-fields';
import { OneOf, Texts } from '@assay/contracts/fields';
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

  /** The tracks that the worker may work on, besides general; as they were unless said. */
  @Texts({ max: 100, optional: true })
  tracks?: string[];

  @Texts({ max: 100, optional: true })
  skills?: string[];

  @Texts({ max: 100, optional: true })
  languages?: string[];
}

interface RegisteredWorker {
  worker: string;
  source: string;
  externalId: string;
  role: WorkerRole;
  tracks: string[];
  skills: string[];
  languages: string[];
}

/** Workers by the names that their sources give them. */
@ApiTags('workers')
@Controller('v1/sources/:source/workers/:worker')
export class WorkerController {
  constructor(private readonly workers: WorkerService) {}

  /** Puts a worker on record and says its id. Who annotates is registered anyway: this is for keys that come before, and for tracks. */
  @Put()
  @Roles('tool', 'lead')
  @AcceptsJson(WorkerRegistration)
  async register(
    @Param('source') source: string,
    @Param('worker') externalId: string,
    @Body() { role = 'human', ...abilities }: WorkerRegistration,
  ): Promise<RegisteredWorker> {
    const errors = checkFields(InboundAnnotationRef, { project: 'any', item: 'any', worker: externalId, source });
    if (errors.length > 0) throw invalid(errors, 'the path has errors');
    const row = await this.workers.register(source, externalId, role, abilities);
    const { id, external_id, role: known, tracks, skills, languages } = row;
    return { worker: id, source: row.source, externalId: external_id, role: known, tracks, skills, languages };
  }
}
