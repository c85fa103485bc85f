import { Module } from '@nestjs/common';
import { KeepCopiesAsText1764200000000 } from '@assay/platform/copies/keep-text';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { AssignmentConsumer } from './assignment.consumer';
import { AssignmentController } from './assignment.controller';
import { AssignmentGauges } from './assignment.gauges';
import { AssignmentMetrics } from './assignment.metrics';
import { AssignmentReader } from './assignment.reader';
import { AssignmentService } from './assignment.service';
import { DisputeController } from './dispute.controller';
import { DisputeRaising } from './dispute-raising.service';
import { DisputeService } from './dispute.service';
import { ExpiryService } from './expiry.service';
import { CreateWork1764000600000 } from './migrations/1764000600000-create-work';
import { AssignmentOperationsController } from './operations.controller';
import { WorkService } from './work.service';
import { WorkerService } from './worker.service';

@Module({
  controllers: [AssignmentConsumer, AssignmentController, DisputeController, AssignmentOperationsController],
  providers: [
    AssignmentService,
    AssignmentReader,
    AssignmentMetrics,
    AssignmentGauges,
    DisputeService,
    DisputeRaising,
    ExpiryService,
    WorkService,
    WorkerService,
  ],
})
export class AssignmentModule {}

/** Who annotates what and until when; the experts' queue. */
export const ASSIGNMENT: ServiceDefinition = {
  name: 'assignment',
  module: AssignmentModule,
  migrations: [CreateWork1764000600000, KeepCopiesAsText1764200000000],
  entities: [],
  prefixes: ['assignments', 'disputes'],
};
