import { type EventLog } from '@assay/platform/event-log/event-log';

/** A member of a group in a process of its own, to be killed: prints the lanes that it gets and the records that it is handed. */
export async function joinAndHold(log: EventLog, group: string, topics: readonly string[]): Promise<void> {
  await log.subscribe({
    group,
    topics,
    positions: () => Promise.resolve(new Map()),
    eachBatch: async (batch) => {
      for (const { offset } of batch.records) console.log(`record ${batch.topic} ${batch.partition} ${offset}`);
      await new Promise(() => undefined); // Holds the batch until it is killed.
    },
    onAssigned: (lane) => console.log(`assigned ${lane}`),
    onRevoked: (lane) => console.log(`revoked ${lane}`),
    onCrash: (error) => console.log(`crash ${error.message}`),
  });
}
