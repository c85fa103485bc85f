import { Module } from '@nestjs/common';
import { KeepCopiesAsText1764200000000 } from '@assay/platform/copies/keep-text';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { AppealService } from './appeal.service';
import { FindingService } from './finding.service';
import { FitThread } from './fit-thread.service';
import { FitService } from './fit.service';
import { GoldTestService } from './gold-test.service';
import { CreateScores1764000500000 } from './migrations/1764000500000-create-scores';
import { HearEpochs1764300000000 } from './migrations/1764300000000-hear-epochs';
import { ScoringConsumer } from './scoring.consumer';
import {
  EpochController,
  FindingController,
  ScoringOperationsController,
  WorkerScoreController,
} from './scoring.controller';
import { ScoringGauges } from './scoring.gauges';
import { ScoringMetrics } from './scoring.metrics';
import { ScoringReader } from './scoring.reader';
import { ScoringService } from './scoring.service';

@Module({
  controllers: [
    ScoringConsumer,
    WorkerScoreController,
    FindingController,
    EpochController,
    ScoringOperationsController,
  ],
  providers: [
    ScoringService,
    GoldTestService,
    FindingService,
    AppealService,
    FitService,
    FitThread,
    ScoringReader,
    ScoringMetrics,
    ScoringGauges,
  ],
})
export class ScoringModule {}

/** How far each worker can be trusted; findings. */
export const SCORING: ServiceDefinition = {
  name: 'scoring',
  module: ScoringModule,
  migrations: [CreateScores1764000500000, KeepCopiesAsText1764200000000, HearEpochs1764300000000],
  entities: [],
  prefixes: ['workers', 'findings', 'epochs'],
};
