import { Module } from '@nestjs/common';
import { KeepCopiesAsText1764200000000 } from '@assay/platform/copies/keep-text';
import { type ServiceDefinition } from '@assay/platform/service-definition';
import { CheckService } from './check.service';
import { GoldConsumer } from './gold.consumer';
import { GoldController, GoldOperationsController } from './gold.controller';
import { GoldGauges } from './gold.gauges';
import { GoldImportService } from './gold-import.service';
import { GoldMetrics } from './gold.metrics';
import { GoldReader } from './gold.reader';
import { GoldService } from './gold.service';
import { CreateGold1764000600000 } from './migrations/1764000600000-create-gold';
import { CountAsks1764000700000 } from './migrations/1764000700000-count-asks';

@Module({
  controllers: [GoldConsumer, GoldController, GoldOperationsController],
  providers: [GoldService, CheckService, GoldImportService, GoldReader, GoldMetrics, GoldGauges],
})
export class GoldModule {}

/** Known labels: who is audited by them, and what came of it. */
export const GOLD: ServiceDefinition = {
  name: 'gold',
  module: GoldModule,
  migrations: [CreateGold1764000600000, CountAsks1764000700000, KeepCopiesAsText1764200000000],
  entities: [],
  prefixes: ['gold'],
};
