import { contract } from '../contract';
import { Integer, JsonObject, ListOf, Text } from '../fields';
import { RELIABILITY } from '../topics';

/** The part of a published model that is one worker's. */
export class ModelWorker {
  /** uuid of the worker. */
  @Text({ max: 36 })
  worker!: string;

  /** Base64 of the little-endian bytes of doubles: the worker's log-likelihoods, as `published-model.ts` lays them out. */
  @Text({ max: 200_000 })
  cells!: string;
}

/** A part of the model of one question in one epoch; at most 256 KiB of workers. */
export class ModelChunk {
  @Text({ max: 63, pattern: /^[a-z0-9-]{1,63}$/ })
  project!: string;

  @Integer({ min: 1 })
  epoch!: number;

  @Text({ max: 63 })
  question!: string;

  /** Number of the chunk, from 0. */
  @Integer()
  chunk!: number;

  /** Of chunk 0 only: everything of the model but its workers (`ModelHeader` of `published-model-json.ts`). */
  @JsonObject({ optional: true })
  model?: Record<string, unknown>;

  @ListOf(() => ModelWorker, { max: 10_000 })
  workers!: ModelWorker[];
}

export const modelChunk = contract({
  type: 'assay.reliability.chunk.v1',
  summary: 'A part of the reliabilities of an epoch.',
  topic: RELIABILITY,
  key: (data) => data.project,
  data: ModelChunk,
  producers: ['scoring'],
  consumers: ['consensus'],
});
