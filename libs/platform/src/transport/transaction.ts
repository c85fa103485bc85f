import { type EntityManager } from 'typeorm';
import { type Contract } from '@assay/contracts/contract';

/**
 * The one transaction in which a batch is fenced, handled, published and accounted for; also that of an HTTP request that
 * publishes. Everything commits or nothing does.
 */
export interface Transaction {
  /** The store. `sql(...)` below is the same connection. */
  readonly manager: EntityManager;

  /** Runs one statement with `$1` parameters and returns its rows. */
  sql<Row>(statement: string, parameters?: readonly unknown[]): Promise<Row[]>;

  /**
   * Puts an event into the outbox; the relay publishes it after the commit.
   * @param id uuid v5 of what the event says (`eventId` of libs/platform/src/transport/event-id.ts), so that saying it twice is one event.
   */
  publish<T extends object>(contract: Contract<T>, id: string, data: T, options?: { time?: string }): void;

  /** Adds to what this service says became of the events of a topic. Only a batch's transaction accounts. */
  account(project: string, outcome: Partial<Outcomes>): void;

  /** Puts one event of the batch aside for good, with its bytes. */
  deadLetter(event: { offset: number }, reason: DeadLetterCause, detail: string): void;
}

/** Reasons that a handler may give; the transport has others of its own. */
export type DeadLetterCause = 'id_conflict' | 'key_conflict' | 'refused';

/**
 * What became of events, as changes (an event can go from applied to superseded: -1, +1).
 *   applied       counts in the service's state
 *   superseded    known, and outdone by another revision, a repeat rule or a retraction
 *   pending       parked until what it needs arrives
 *   duplicate     an event that was accounted for before (republished): not part of `accepted`
 * dead-lettered is counted by the transport. accepted = applied + superseded + pending + dead-lettered.
 */
export interface Outcomes {
  applied: number;
  superseded: number;
  pending: number;
  duplicate: number;
}
