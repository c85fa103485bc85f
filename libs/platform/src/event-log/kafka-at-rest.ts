import { type Socket } from 'node:net';
import { type Batch } from 'kafkajs';

/** How late a request may be told that it had no answer in time, in ms. */
const TIMEOUT_CHECK_MS = 1_000;

/** How long an answer waits for records, in ms; also how long a partition that was full may wait to be asked for again. */
export const WAIT_MS = 250;
/** The same, at the most, where nothing comes: each answer may wait for twice as long as the last one. Records are answered at once. */
export const REST_WAIT_MS = 5_000;
/** How often a member says meanwhile that it lives, and hears of changes of its group. */
const HEARTBEAT_MS = 1_000;

/** What is touched of a queue of requests. */
interface RequestQueue {
  pending: unknown[];
  inflight: Map<unknown, { sentAt: number; requestTimeout: number; timeoutRequest(): void }>;
  enforceRequestTimeout: boolean;
  requestTimeoutIntervalId: NodeJS.Timeout | null;
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  isConnected(): boolean;
  destroy(): void;
}

/** What is touched of a connection to a broker. */
interface Connection {
  requestQueue: RequestQueue;
  socket: Socket;
  connectionStatus: string;
  authenticatedAt: unknown;
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  rejectRequests(error: Error): void;
}

type Fetched = (Batch & { isEmptyDueToFiltering(): boolean })[];

/** What is touched of a member of a consumer group. */
interface ConsumerGroup {
  fetch(nodeId: string): Promise<Fetched>;
  recoverFromFetch(error: Error): Promise<void>;
  heartbeat(options: { interval: number }): Promise<void>;
  memberId: string | null;
  maxWaitTime: number;
  subscriptionState: { paused(): unknown[] };
  cluster: { brokerPool: { brokers: Record<string, { connectionPool: { pool: Connection[] } } | undefined> } };
}

/** Replaces what kafkajs 2.2.4 does while nothing happens, in every client of this process. Done twice it is as done once. */
export function letIdleClientsRest(): void {
  /* eslint-disable @typescript-eslint/no-require-imports -- no parts of what kafkajs exports */
  const { prototype: queue } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const { prototype: group } = require('kafkajs/src/consumer/consumerGroup') as { prototype: ConsumerGroup };
  /* eslint-enable @typescript-eslint/no-require-imports */
  Object.assign(queue, { scheduleCheckPendingRequests, scheduleRequestTimeoutCheck });
  if (group.fetch === fetchWhatIsThere) return;
  ({ fetch: fetchAll, recoverFromFetch: recover } = group);
  Object.assign(group, { fetch: fetchWhatIsThere, recoverFromFetch });
}

/** Ends what a member at rest waits for, so that it asks anew or stops now. */
export function wakeMember(memberId: string): void {
  for (const rest of resting) if (rest.isOf(memberId)) rest.end();
}

/**
 * kafkajs arms a timer of a millisecond after every look at a queue of requests, whose only work is to arm the next one: 4.7 % of a core
 * for each idle client (tulios/kafkajs#1604). A queue where nothing waits needs none: requests that come look for themselves.
 */
function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    Math.max(10, this.throttledUntil - Date.now()),
  );
}

/** kafkajs looks ten times a second, on each connection, for requests that wait for longer than 15 s. */
function scheduleRequestTimeoutCheck(this: RequestQueue): void {
  if (!this.enforceRequestTimeout) return;
  this.destroy();
  this.requestTimeoutIntervalId = setInterval(() => {
    for (const request of this.inflight.values())
      if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
    if (!this.isConnected()) this.destroy();
  }, TIMEOUT_CHECK_MS);
}

let fetchAll: ConsumerGroup['fetch'];
let recover: ConsumerGroup['recoverFromFetch'];

/**
 * Every answer names every partition that was asked for, 160 of them in a service: kafkajs sends each through its queue of workers. And it
 * asks as often when there is nothing: each question names them all again.
 */
async function fetchWhatIsThere(this: ConsumerGroup, nodeId: string): Promise<Fetched> {
  // What is paused is asked for soon: a partition that was full, or one that has just come.
  if (this.subscriptionState.paused().length > 0) this.maxWaitTime = WAIT_MS;
  const rest = this.maxWaitTime > HEARTBEAT_MS ? new Rest(this, nodeId) : undefined;
  const fetching = fetchAll.call(this, nodeId);
  const fetched = await (rest ? Promise.race([fetching, rest.ended]) : fetching).finally(() => rest?.leave());
  const batches = fetched?.filter((batch) => !batch.isEmpty() || batch.isEmptyDueToFiltering());
  this.maxWaitTime = batches?.length === 0 ? Math.min(2 * this.maxWaitTime, REST_WAIT_MS) : WAIT_MS;
  return batches ?? [];
}

/** What nobody waits for any more has not failed. */
function recoverFromFetch(this: ConsumerGroup, error: Error): Promise<void> {
  return error instanceof RestEnded ? Promise.resolve() : recover.call(this, error);
}

class RestEnded extends Error {}

const resting = new Set<Rest>();

/**
 * A fetch whose answer may wait for long. kafkajs says between fetches alone that a member lives, hears there that its group changes, and
 * stops there: here the member goes on saying it, and what it hears ends the wait.
 */
class Rest {
  /** Settles when the answer is not waited for any more. */
  readonly ended: Promise<undefined>;
  private settle: (nothing: undefined) => void = () => undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly group: ConsumerGroup,
    private readonly nodeId: string,
  ) {
    this.ended = new Promise((resolve) => (this.settle = resolve));
    // A member that fetches from several brokers rests at each of them, and says once that it lives.
    const beat = () => group.heartbeat({ interval: HEARTBEAT_MS / 2 });
    const hear = () => beat().catch(() => group.memberId !== null && wakeMember(group.memberId));
    this.timer = setInterval(() => void hear(), HEARTBEAT_MS);
    resting.add(this);
  }

  isOf(memberId: string): boolean {
    return this.group.memberId === memberId;
  }

  /** A broker answers one request of a connection after the other, and cannot be told that it need not: the connection is given up. */
  end(): void {
    const connection = this.group.cluster.brokerPool.brokers[this.nodeId]?.connectionPool.pool[FETCHES];
    if (connection?.requestQueue.inflight.size) giveUp(connection);
    this.settle(undefined);
  }

  leave(): void {
    clearInterval(this.timer);
    resting.delete(this);
  }
}

/** The place of the connection for fetches among those to a broker. */
const FETCHES = 1;

/** As if it had never been made: the next request makes it anew. What comes late must not be read as the answer to what is asked then. */
function giveUp(connection: Connection): void {
  const { socket, requestQueue } = connection;
  for (const event of ['data', 'end', 'error', 'timeout']) socket.removeAllListeners(event);
  socket.on('error', () => undefined).destroy();
  requestQueue.destroy();
  const nothing = { chunks: [], bytesBuffered: 0, bytesNeeded: LENGTH_BYTES };
  Object.assign(connection, nothing, { connectionStatus: 'disconnected', authenticatedAt: null });
  connection.rejectRequests(new RestEnded());
}

/** Of the length that precedes every answer. */
const LENGTH_BYTES = 4;
