import { Module } from '@nestjs/common';
import { KeysModule } from '@assay/platform/security/keys.module';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { AnnotationController } from './annotation.controller';
import { AnnotationService } from './annotation.service';
import { EventController } from './event.controller';
import { InboundConsumer } from './inbound.consumer';
import { InboundService } from './inbound.service';
import { IngestionMetrics } from './ingestion.metrics';
import { IntakeController } from './intake.controller';
import { IntakeService } from './intake.service';
import { ItemController } from './item.controller';
import { ItemService } from './item.service';
import { CreateRecord1764000100000 } from './migrations/1764000100000-create-record';
import { AddAssignments1764000500000 } from './migrations/1764000500000-add-assignments';
import { ProjectController } from './project.controller';
import { ProjectService } from './project.service';
import { RebuildController } from './rebuild.controller';
import { RebuildService } from './rebuild.service';
import { WorkerController } from './worker.controller';
import { WorkerService } from './worker.service';

@Module({
  imports: [KeysModule],
  controllers: [
    ProjectController,
    IntakeController,
    ItemController,
    AnnotationController,
    EventController,
    WorkerController,
    RebuildController,
    InboundConsumer,
  ],
  providers: [
    ProjectService,
    IntakeService,
    InboundService,
    ItemService,
    AnnotationService,
    WorkerService,
    RebuildService,
    IngestionMetrics,
  ],
})
export class IngestionModule {}

/** Projects, items and annotations come in, are checked, and become events. */
export const INGESTION: ServiceDefinition = {
  name: 'ingestion',
  module: IngestionModule,
  migrations: [CreateRecord1764000100000, AddAssignments1764000500000],
  entities: [],
  prefixes: ['projects', 'items', 'annotations', 'events', 'sources', 'keys'],
};
