import { type EntityManager } from 'typeorm';
import { type Contract } from '@assay/contracts/contract';
import { type ReceivedEvent } from './batch';

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
   * @param id uuid of what the event says (`eventId`), so that saying it twice is one event.
   */
  publish<T extends object>(contract: Contract<T>, id: string, data: T, options?: { time?: string }): void;

  /** Does something in memory once the transaction is committed, such as counting: what is rolled back and tried again would be counted twice. */
  whenCommitted(done: () => void): void;
}

/** The transaction of a batch: it holds the lanes of its events, and accounts for them. */
export interface LanesTransaction extends Transaction {
  /** Partition number of one lane that is held: sums over all lanes are kept by lane, and nobody else writes to those of this one. */
  readonly place: number;

  /**
   * Writes to a table with everything else that is written before the commit, in one statement. Nothing of this transaction may read it,
   * nor write to a row of it a second time.
   */
  later(statement: string, parameters: readonly unknown[]): void;

  /**
   * Says what became of events of the accounted topic, as changes (an event can go from applied to superseded: -1, +1).
   * Each event that arrived is to be said once: as applied, superseded, pending (by `park`), dead-lettered (by `deadLetter`) or duplicate.
   */
  account(lane: number, project: string, change: Partial<Outcomes>): void;

  /** Puts one event of the batch aside for good, with its bytes, and accounts for it. */
  deadLetter(event: ReceivedEvent, project: string, reason: DeadLetterCause, detail: string): void;

  /** Keeps an event until what it needs arrives: pending. `unpark` gives it back. */
  park(event: ReceivedEvent, project: string): void;
}

/** The transaction of a slice of lane work: it holds one lane. */
export interface LaneTransaction extends LanesTransaction {
  /** Partition number: the lane in which everything with these keys meets. */
  readonly lane: number;

  /** Takes at most `limit` parked events of this lane and project out, in the order in which they were parked; pending no more. */
  unpark(project: string, limit: number): Promise<ReceivedEvent[]>;
}

/** Reasons that a handler may give for a dead letter; the transport has others of its own. */
export type DeadLetterCause = 'id_conflict' | 'key_conflict' | 'refused';

/**
 * What became of events. accepted = received - duplicate = applied + superseded + dead-lettered + pending.
 *   applied     counts in the service's state
 *   superseded  known, and outdone by another revision, a repeat rule or a retraction
 *   duplicate   an event that was accounted for before (delivered or published again)
 */
export interface Outcomes {
  applied: number;
  superseded: number;
  duplicate: number;
}
