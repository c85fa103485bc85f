// What the programs of the pipeline bench tell each other.

/** What a stage is told: which, of how many annotations, on which database and log. `more` is `all`, and then some more annotations at rest. */
export interface StageOrder {
  stage: 'floor' | 'stock' | 'consensus' | 'all' | 'more' | 'latency';
  annotations: number;
  /** The last number that was given in each partition of a topic, by "partition topic"; absent before anything was sent. */
  numbers?: Record<string, number>;
  adminUrl: string;
  kafka?: string[];
}

/** What a stage answers. Seconds from the first committed slice to rest, and of the processor meanwhile, by annotation handled in them. */
export interface StageResult {
  annotations: number;
  seconds: number;
  nodeSeconds: number;
  postgresSeconds: number;
  /** At rest, of `more`: memory in use in bytes, and what one more annotation costs in seconds of the processor. */
  rest?: { inUse: number; nodeSeconds: number; postgresSeconds: number };
  /** The most resident memory that the process had, in bytes. */
  resident: number;
  /** From the append of a record to the end of the batch that committed it, in ms; of the stage that measures it. */
  latencies?: number[];
}
