import { Client, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { murmur2 } from './partitioner';
import { CHANNEL } from './event-log.queries';

// Key of the lock that every member of a group shares; lanes are the keys below it.
const MEMBER = 2147483647;

/**
 * One member of a consumer group: a session of PostgreSQL whose advisory locks are its membership and its lanes. PostgreSQL drops them
 * with the session, so that the lanes of a killed member are free at once; a member that is stopped (SIGSTOP) keeps them until it goes on.
 */
export class GroupMember {
  private readonly client: Client;
  private readonly key: number;
  private isJoined = false;
  private turn: Promise<unknown> = Promise.resolve();

  /** @param heard gets the payload of every notification of the log. @param lost is called once when the session ends by itself. */
  constructor(url: string, group: string, heard: (payload: string) => void, lost: (error: Error) => void) {
    this.key = murmur2(Buffer.from(group));
    this.client = new Client({
      connectionString: url,
      application_name: `assay event log, ${group}`,
      keepAlive: true,
      // The lanes of a member whose machine is gone are free after some ten seconds.
      options: '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3',
    });
    this.client.on('notification', ({ payload }) => heard(payload ?? ''));
    const end = (error: Error) => {
      if (this.isJoined) lost(error);
      this.isJoined = false;
    };
    this.client.on('error', end);
    this.client.on('end', () => end(new Error(`the session of group ${group} ended`)));
  }

  /** Joins the group and tells the other members. */
  async join(): Promise<void> {
    try {
      await this.client.connect();
      await this.query(`listen ${CHANNEL}`);
      await this.query('select pg_advisory_lock_shared($1, $2)', [this.key, MEMBER]);
      await this.tell();
      this.isJoined = true;
    } catch (error) {
      await this.client.end();
      throw error;
    }
  }

  /** Whether a notification is about the members of this group. */
  concerns(payload: string): boolean {
    return payload === this.payload();
  }

  /** This member's place among the members, from 0, and how many there are. */
  async place(): Promise<{ rank: number; members: number }> {
    const { rows } = await this.query<{ rank: string; members: string }>({
      name: 'place',
      text: `select count(*) filter (where pid < pg_backend_pid()) as rank, count(*) as members from pg_locks
             where locktype = 'advisory' and classid = $1::bigint::oid and objid = $2::bigint::oid and objsubid = 2 and granted
               and database = (select oid from pg_database where datname = current_database())`,
      values: [this.key >>> 0, MEMBER],
    });
    return { rank: Number(rows[0]!.rank), members: Number(rows[0]!.members) };
  }

  /** Takes those of the lanes that no other member holds. */
  async take(lanes: readonly number[]): Promise<number[]> {
    const { rows } = await this.query<{ lane: number; taken: boolean }>(
      'select lane, pg_try_advisory_lock($1, lane) as taken from unnest($2::int[]) lane',
      [this.key, lanes],
    );
    return rows.filter(({ taken }) => taken).map(({ lane }) => lane);
  }

  /** Gives lanes to whoever wants them. */
  async release(lanes: readonly number[]): Promise<void> {
    await this.query('select pg_advisory_unlock($1, lane) from unnest($2::int[]) lane', [this.key, lanes]);
    await this.tell();
  }

  /** Gives up membership and lanes, tells the others, ends the session; a session that is lost has done so. */
  async leave(): Promise<void> {
    if (!this.isJoined) return;
    this.isJoined = false;
    await this.query('select pg_advisory_unlock_all()');
    await this.tell();
    await this.client.end();
  }

  /** One query after the other: a rebalancing and a departure may meet. */
  private query<Row extends QueryResultRow>(
    query: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<Row>> {
    const result = this.turn.then(() => this.client.query<Row>(query, values));
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async tell(): Promise<void> {
    await this.query('select pg_notify($1, $2)', [CHANNEL, this.payload()]);
  }

  private payload(): string {
    return `group ${this.key}`;
  }
}
