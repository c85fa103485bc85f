import { Module } from '@nestjs/common';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { ConsensusConsumer } from './consensus.consumer';
import { AgreementController, ConsensusController, ConsensusOperationsController } from './consensus.controller';
import { ConsensusGauges } from './consensus.gauges';
import { ConsensusMetrics } from './consensus.metrics';
import { ConsensusReader } from './consensus.reader';
import { ConsensusService } from './consensus.service';
import { DecisionService } from './decision.service';
import { CreateItems1764000200000 } from './migrations/1764000200000-create-items';
import { CountItems1764000300000 } from './migrations/1764000300000-count-items';
import { KeepModels1764000400000 } from './migrations/1764000400000-keep-models';
import { KeepText1764200000000 } from './migrations/1764200000000-keep-text';
import { Models } from './models';

@Module({
  controllers: [ConsensusConsumer, ConsensusController, AgreementController, ConsensusOperationsController],
  providers: [ConsensusService, DecisionService, ConsensusReader, ConsensusMetrics, ConsensusGauges, Models],
})
export class ConsensusModule {}

/** What the label of every item is, how sure that is, and how well the workers agree. */
export const CONSENSUS: ServiceDefinition = {
  name: 'consensus',
  module: ConsensusModule,
  migrations: [CreateItems1764000200000, CountItems1764000300000, KeepModels1764000400000, KeepText1764200000000],
  entities: [],
  prefixes: ['consensus', 'agreement'],
};
