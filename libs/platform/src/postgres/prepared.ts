import { type Duplex } from 'node:stream';
import { Client, type ClientConfig, type QueryConfig } from 'pg';

/** Statements of one process that are prepared; each costs every connection some 20 KiB. */
const MOST = 200;
const names = new Map<string, string>();
/** Names that were given: what was forgotten is never named like another. */
let given = 0;

/**
 * Marks a statement of constant text as one to be planned once a connection. At a thousand events a second, most batches hold a few
 * and planning their statements was two thirds of what they cost PostgreSQL.
 *
 * Its plan is kept while the tables grow, so it must be right for any number of rows (`enable_seqscan` is off for the services' roles),
 * and for any parameter: no `$1 is null or ...`.
 */
export function prepared(text: string): string {
  if (!names.has(text) && names.size < MOST) names.set(text, `assay_${++given}`);
  return text;
}

/** A connection that keeps the plans of statements that are marked by `prepared`. */
export class PreparingClient extends Client {
  private isCorked = false;

  constructor(config?: string | ClientConfig) {
    super(config);
    // While the pool hands it over nobody listens, and an error that nobody hears ends the process. The next statement fails, which says it.
    this.on('error', () => undefined);
  }

  override query(...call: unknown[]): never {
    this.sendTogether();
    const [text, values, callback] = call;
    const name = typeof text === 'string' ? names.get(text) : undefined;
    if (name === undefined || callback !== undefined) return super.query(...(call as [string])) as never;
    const query: QueryConfig = { name, text: text as string, values: (values ?? []) as unknown[] };
    return (super.query(query) as Promise<unknown>).catch((error: Error & { code?: string }) => {
      // A migration has changed a table, or a pooler has given another session: what fails is planned anew when it is tried again.
      if (isStale(error)) names.delete(query.text);
      throw error;
    }) as never;
  }

  /** What is asked before anything else happens goes out in one write: a write to a socket costs more than most statements cost Node. */
  private sendTogether(): void {
    if (this.isCorked) return;
    const { stream } = (this as unknown as Connected).connection;
    this.isCorked = true;
    stream.cork();
    process.nextTick(() => {
      this.isCorked = false;
      stream.uncork();
    });
  }
}

/** What is touched of a client. */
interface Connected {
  connection: { stream: Duplex };
}

/** Whether a kept plan is of no use any more: the same call succeeds when the statement is planned again. */
export function isStale({ code, message }: { code?: unknown; message?: unknown }): boolean {
  return code === '26000' || (code === '0A000' && /cached plan/.test(String(message)));
}
