import { type Batch } from 'kafkajs';

/** How late a request may be told that it had no answer in time, in ms. */
const TIMEOUT_CHECK_MS = 1_000;

/** How long an answer waits for records, in ms; also how long a partition that was full may wait to be asked for again. */
export const WAIT_MS = 250;
/**
 * The same, at the most, where nothing comes: each answer may wait for twice as long as the last one. Records are answered at once; what waits
 * for the end of such a wait is a heartbeat, and with it news of the group.
 */
const REST_WAIT_MS = 2_000;

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

/** What is touched of a member of a consumer group. */
interface ConsumerGroup {
  fetch(nodeId: string): Promise<(Batch & { isEmptyDueToFiltering(): boolean })[]>;
  maxWaitTime: number;
  subscriptionState: { paused(): unknown[] };
}

/** Replaces what kafkajs 2.2.4 does while nothing happens, in every client of this process. Done twice it is as done once. */
export function letIdleClientsRest(): void {
  /* eslint-disable @typescript-eslint/no-require-imports -- no parts of what kafkajs exports */
  const { prototype: queue } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const { prototype: group } = require('kafkajs/src/consumer/consumerGroup') as { prototype: ConsumerGroup };
  /* eslint-enable @typescript-eslint/no-require-imports */
  Object.assign(queue, { scheduleCheckPendingRequests, scheduleRequestTimeoutCheck });
  if (group.fetch !== fetchWhatIsThere) fetchAll = group.fetch;
  group.fetch = fetchWhatIsThere;
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

/**
 * Every answer names every partition that was asked for, 160 of them in a service: kafkajs sends each through its queue of workers. And it
 * asks as often when there is nothing: each question names them all again.
 */
async function fetchWhatIsThere(this: ConsumerGroup, nodeId: string) {
  // What is paused is asked for soon: a partition that was full, or one that has just come. Where all are, kafkajs sleeps for as long.
  if (this.subscriptionState.paused().length > 0) this.maxWaitTime = WAIT_MS;
  const batches = (await fetchAll.call(this, nodeId)).filter(
    (batch) => !batch.isEmpty() || batch.isEmptyDueToFiltering(),
  );
  this.maxWaitTime = batches.length === 0 ? Math.min(2 * this.maxWaitTime, REST_WAIT_MS) : WAIT_MS;
  return batches;
}
