import { contract } from '../contract';
import { Integer, OneOf, Text, Texts } from '../fields';
import { ROLES, type WorkerRole } from '../project/label-schema';
import { WORKER_EVENTS } from '../topics';

/** The full state of a worker. The highest revision counts. */
export class WorkerRegistered {
  /** uuid v5 of (source, external id): user 1 of one tool is not user 1 of another. */
  @Text({ max: 36 })
  worker!: string;

  @Text()
  source!: string;

  @Text()
  externalId!: string;

  @Integer({ min: 1 })
  revision!: number;

  @OneOf(ROLES)
  role!: WorkerRole;

  @Texts({ max: 100 })
  tracks!: string[];

  @Texts({ max: 100 })
  skills!: string[];

  @Texts({ max: 100 })
  languages!: string[];
}

export const workerRegistered = contract({
  type: 'assay.worker.registered.v1',
  summary: 'A worker became known or changed.',
  topic: WORKER_EVENTS,
  key: (data) => data.worker,
  data: WorkerRegistered,
  producers: ['ingestion'],
  consumers: ['assignment', 'scoring'],
});
