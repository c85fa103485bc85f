import { Registry } from 'prom-client';
import { CATALOGUE } from '@assay/contracts/catalogue';
import { type Topic } from '@assay/contracts/contract';
import { type EventLog } from '@assay/platform/event-log/event-log';
import { type Batch } from '@assay/platform/transport/batch';
import { batchMetrics } from '@assay/platform/transport/batch-metrics';
import { BatchServer } from '@assay/platform/transport/batch-server';
import { type HandlerRole } from '@assay/platform/transport/consumes';
import { Relay } from '@assay/platform/transport/relay';
import { type LaneTransaction, type LanesTransaction } from '@assay/platform/transport/transaction';
import { type Gate, type Way } from './gate';

/** The service that the members are instances of. */
export const SERVICE = 'consensus';

/** How the service handles a topic. */
export type Handlers = ReadonlyMap<string, (batch: Batch<never>, tx: LanesTransaction) => Promise<void>>;

/** An instance of the service: the batch server and the relay as they are, on a log and a database of the simulation. */
export class Member {
  readonly warnings: string[] = [];
  readonly metrics = batchMetrics(new Registry());
  readonly server: BatchServer;
  readonly relay: Relay;

  constructor(
    readonly who: string,
    readonly gate: Gate,
    way: Way,
    log: EventLog,
    handlers: Handlers,
  ) {
    const { dataSource } = gate;
    const say = (message: string) => {
      this.warnings.push(message);
      way.schedule.say(`${who}: "${message}"`);
    };
    this.relay = new Relay({
      ...{ dataSource, log, onPublished: () => undefined },
      onFailure: (error) => say(`relay: ${(error as Error).message}`),
    });
    this.server = new BatchServer({
      ...{ service: SERVICE, dataSource, log, metrics: this.metrics, logger: { warn: say, error: say } },
      relay: this.relay,
      onCrash: (error) => say(`crashed: ${error.stack}`),
    });
    for (const topic of consumed()) {
      const role: HandlerRole = { role: 'consumer', topic };
      const handle = handlers.get(topic.name) ?? (() => Promise.resolve());
      this.server.addHandler(
        topic.name,
        (batch: unknown, tx: LaneTransaction) => handle(batch as never, tx),
        true,
        role,
      );
    }
  }

  /** Joins the group and begins to publish. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.server.listen((error) => (error === undefined ? resolve() : reject(error as Error))),
    );
    this.relay.start();
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.relay.stop();
  }

  async lost(): Promise<number> {
    return (await this.metrics.lost.get()).values.reduce((sum, { value }) => sum + value, 0);
  }
}

function consumed(): Topic[] {
  return [...new Set(CATALOGUE.filter(({ consumers }) => consumers.includes(SERVICE)).map(({ topic }) => topic))];
}
