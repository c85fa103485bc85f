// Nest's own way to Kafka, to compare with: its stock server gives a method one message at a time, which saves one entity.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { logLevel } from 'kafkajs';
import { Column, DataSource, Entity, PrimaryColumn, type Repository } from 'typeorm';
import { type AnnotationSubmitted } from '../../libs/contracts/src/annotation/annotation-submitted';
import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { type StageOrder, type StageResult } from './pipeline-order';
import { Watch } from './pipeline-watch';

@Entity('stock')
class StockAnnotation {
  @PrimaryColumn('text') project!: string;
  @PrimaryColumn('text') item!: string;
  @PrimaryColumn('uuid') worker!: string;
  @Column('int') revision!: number;
  @Column('timestamptz') occurredAt!: string;
  @Column('jsonb') labels!: object;
}

const REPOSITORY = Symbol('stock-annotations');
let saved = 0;

@Controller()
class StockController {
  constructor(@Inject(REPOSITORY) private readonly annotations: Repository<StockAnnotation>) {}

  @EventPattern(ANNOTATION_EVENTS.name)
  async onAnnotation(@Payload() { project, item, worker, revision, occurredAt, labels }: AnnotationSubmitted) {
    await this.annotations.save({ project, item, worker, revision, occurredAt, labels });
    saved++;
  }
}

/** The records of an order, each saved when it comes. */
export async function stock(order: StageOrder): Promise<StageResult> {
  const dataSource = new DataSource({
    ...{ type: 'postgres', url: order.adminUrl, entities: [StockAnnotation], synchronize: true, schema: 'public' },
  });
  await dataSource.initialize();
  const annotations = { provide: REPOSITORY, useValue: dataSource.getRepository(StockAnnotation) };
  @Module({ controllers: [StockController], providers: [annotations] })
  class StockModule {}
  const nest = await NestFactory.createMicroservice<MicroserviceOptions>(StockModule, {
    ...{ transport: Transport.KAFKA, logger: ['error'] },
    options: {
      client: { brokers: order.kafka!, logLevel: logLevel.NOTHING },
      consumer: { groupId: `stock ${randomUUID()}` },
      subscribe: { fromBeginning: true },
    },
  });
  const watch = new Watch(order, () => saved);
  await nest.listen();
  const result = await watch.result();
  await nest.close();
  await dataSource.destroy();
  return result;
}
