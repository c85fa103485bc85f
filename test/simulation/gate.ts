import { type DataSource, type QueryRunner } from 'typeorm';
import { type Schedule } from './schedule';
import { type Steps } from './steps';

/** What a statement of a member meets on its way to PostgreSQL. */
export interface Way {
  who: string;
  schedule: Schedule;
  steps: Steps;
  /** No faults any more. */
  isHealing(): boolean;
  /** A bug that is planted: another statement instead of this one. */
  rewrite(sql: string): string;
}

type Query = (sql: string, parameters?: unknown[], isStructured?: boolean) => Promise<unknown>;

const BEGIN = 'START TRANSACTION';

/** In permille of statements. */
const LOST = 6;
const CONFLICT = 6;
/** In permille of commits: it happened, and nobody knows; it did not happen. */
const COMMIT_UNKNOWN = 60;
const COMMIT_LOST = 40;
/** In permille of beginnings of transactions: PostgreSQL is away, for so many statements. */
const AWAY = 3;
const AWAY_STATEMENTS = 8;

/** The connections of one member: every statement waits for its turn, and may fail as a connection does. */
export class Gate {
  /** The connections as the member sees them. */
  readonly dataSource: DataSource;
  /** Transactions that have begun and not ended. */
  private readonly begun = new Map<QueryRunner, Query>();
  private away = 0;
  private isDead = false;

  constructor(
    connections: DataSource,
    private readonly way: Way,
  ) {
    const gated = Object.create(connections) as DataSource;
    gated.createQueryRunner = (mode) => {
      const runner = connections.createQueryRunner(mode);
      const query = runner.query.bind(runner) as Query;
      // A connection answers in the order in which it was asked.
      let last: Promise<unknown> = Promise.resolve();
      runner.query = ((...call: Parameters<Query>) => {
        const answer = last.then(() => this.statement(runner, query, call));
        last = answer.catch(() => undefined);
        return answer;
      }) as QueryRunner['query'];
      return runner;
    };
    Object.defineProperty(gated, 'manager', { value: gated.createEntityManager() });
    this.dataSource = gated;
  }

  /** The member was killed: nothing that it asks for is answered, and PostgreSQL rolls back what it had begun. */
  async kill(): Promise<void> {
    this.isDead = true;
    for (const [runner, query] of this.begun) {
      await query('ROLLBACK');
      await runner.release();
    }
    this.begun.clear();
  }

  private statement(runner: QueryRunner, query: Query, call: Parameters<Query>): Promise<unknown> {
    const { way } = this;
    if (this.isDead) return new Promise(() => undefined);
    const [sql, ...rest] = call;
    return way.steps.take({
      who: way.who,
      label: labelOf(sql, rest[0]),
      backend: () => pidOf(runner),
      releases: sql === 'COMMIT' || sql === 'ROLLBACK',
      run: () => this.run(way, runner, query, [way.rewrite(sql), ...rest]),
    });
  }

  private async run(way: Way, runner: QueryRunner, query: Query, call: Parameters<Query>): Promise<unknown> {
    const [sql] = call;
    if (sql === 'COMMIT' || sql === 'ROLLBACK') this.begun.delete(runner);
    if (sql === 'ROLLBACK') return query(...call);
    const fault = way.isHealing() ? undefined : this.fault(way, sql);
    if (fault) way.schedule.say(`${way.who}: ... ${fault}`);
    switch (fault) {
      case 'connection lost':
        throw lostConnection();
      case 'conflict':
        throw Object.assign(new Error('could not serialize access'), { code: '40001' });
      case 'commit lost':
        await query('ROLLBACK');
        throw lostConnection();
      case 'committed, but nobody knows':
        await query('COMMIT');
        throw lostConnection();
      case undefined:
        if (sql.startsWith(BEGIN)) this.begun.set(runner, query);
        return query(...call);
    }
  }

  private fault({ schedule }: Way, sql: string) {
    if (sql === 'COMMIT') {
      if (schedule.happens(COMMIT_UNKNOWN)) return 'committed, but nobody knows';
      return schedule.happens(COMMIT_LOST) ? 'commit lost' : undefined;
    }
    if (sql.startsWith(BEGIN) && schedule.happens(AWAY)) this.away = AWAY_STATEMENTS;
    if (this.away > 0) {
      this.away--;
      return 'connection lost';
    }
    if (schedule.happens(LOST)) return 'connection lost';
    return schedule.happens(CONFLICT) ? 'conflict' : undefined;
  }
}

function lostConnection(): Error {
  return new Error('Connection terminated unexpectedly');
}

function pidOf(runner: QueryRunner): number | undefined {
  return (runner as { databaseConnection?: { processID: number } }).databaseConnection?.processID;
}

/** The statement's beginning, and what tells one from another: numbers and names, not ids, which differ from run to run. */
function labelOf(sql: string, parameters: unknown): string {
  const words = sql.replace(/\s+/g, ' ').trim().slice(0, 48);
  const told = (Array.isArray(parameters) ? parameters : [])
    .filter((value) => typeof value === 'number' || (typeof value === 'string' && value.length < 30))
    .join(' ');
  return told === '' ? words : `${words} (${told})`;
}
