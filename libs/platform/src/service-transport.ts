import { type Logger } from 'pino';
import { type Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { type EventLog, LogRefused } from './event-log/event-log';
import { batchMetrics } from './transport/batch-metrics';
import { BatchServer } from './transport/batch-server';
import { messageOf } from './transport/message-of';
import { Relay } from './transport/relay';
import { Transactions } from './transport/transactions';

/** A consume loop that has not even tried to read for so long is stuck. */
const STUCK_MS = 60_000;

/** How one service consumes and publishes. */
export interface ServiceTransport {
  server: BatchServer;
  relay: Relay;
  transactions: Transactions;
  /** No consumer has ended for good, and the loop has tried to read within a minute. Retrying, paused and idle are alive. */
  isAlive(): boolean;
}

/** Wires the consumers, the relay and the transactions of one service; nothing runs yet. */
export function createTransport(
  service: string,
  parts: { dataSource: DataSource; eventLog: EventLog; registry: Registry; logger: Logger },
): ServiceTransport {
  const { dataSource, eventLog: log, registry, logger } = parts;
  const metrics = batchMetrics(registry);
  let hasCrashed = false;
  let refused: string | undefined;
  const relay = new Relay({
    dataSource,
    log,
    onFailure: (error) => {
      const text = `relay: ${messageOf(error)}`;
      // What is not allowed waits in the outbox until it is: a restart would change nothing, nor would to say it every five seconds.
      if (!(error instanceof LogRefused)) logger.warn(text);
      else if (text !== refused) logger.error(text);
      refused = error instanceof LogRefused ? text : undefined;
    },
    onPublished: (events) => {
      refused = undefined;
      metrics.published.inc(events);
    },
  });
  const server = new BatchServer({
    service,
    dataSource,
    log,
    metrics,
    logger,
    relay,
    onCrash: (error) => {
      hasCrashed = true;
      logger.fatal(`consuming has ended: ${messageOf(error)}`);
    },
  });
  return {
    server,
    relay,
    transactions: new Transactions(dataSource, service, relay, () => metrics.retries.inc()),
    isAlive: () => !hasCrashed && performance.now() - (server.attemptedAt() ?? Infinity) < STUCK_MS,
  };
}
