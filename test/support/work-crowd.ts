import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client as Database } from 'pg';
import { dice, type Dice } from '../../libs/statistics/src/simulation/random';
import { serviceUrl } from '../../libs/platform/src/postgres/service-url';
import { type Client } from '../../apps/assay/src/client';
import { spawnedAssay } from './assay';
import { eventually } from './eventually';

/** How many work on how much. */
export interface Crowd {
  workers: number;
  items: number;
  minOverlap: number;
  maxOverlap: number;
  /** How long a worker has for an item: what is abandoned comes back so much later, and the grace. */
  minutes: number;
  /** Shares of what is given out that a worker gives back, and never hands in. */
  releases: number;
  abandons: number;
  /** Share of right labels. */
  accuracy: number;
  seed: number;
}

/** What the crowd did and what the services made of it. */
export interface CrowdOutcome {
  given: number;
  handedIn: number;
  refused: string[];
  seconds: number;
  items: { total: number; open: number; reached: number; disputed: number };
  /** Violations of what must always hold of assignments, in words; empty where none was found. */
  violations: string[];
  assignments: Record<string, number>;
}

const LABELS = ['a', 'b', 'c'];
const PROJECT = 'crowd';
/** A worker who gets nothing, or finds nobody there, asks again after so long, twice as long each time. */
const PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 2400;

/**
 * Lets a crowd work on a project over HTTP, each worker with a key of its own, all at once, until every item is settled or with the experts;
 * kills everything with SIGKILL when a third is handed in, and starts it again on the same data.
 * @param databaseUrl of PostgreSQL, which is not killed, so that what was given out can be looked at.
 */
export async function letCrowdWork(
  crowd: Crowd,
  { dataDir, databaseUrl, say }: { dataDir: string; databaseUrl: string; say(line: string): void },
): Promise<CrowdOutcome> {
  const environment = { ASSAY_DATABASE_URL: databaseUrl, ASSAY_REQUESTS_PER_SECOND: '100000' };
  let running = await spawnedAssay(dataDir, environment);
  const database = new Database(serviceUrl(databaseUrl, 'assignment'));
  await database.connect();
  try {
    await prepare(running.client, crowd);
    const keys = await keysOf(running.client, crowd.workers);
    say(`${crowd.items} items and ${crowd.workers} workers are there`);
    const work = new WorkAtOnce(crowd, keys, running.client.url);
    const started = performance.now();
    const done = work.untilDone();
    await eventually(() => work.handedIn >= crowd.items, 'a third of the work', 600_000);
    await running.kill();
    say(`killed when ${work.handedIn} annotations were handed in`);
    running = await spawnedAssay(dataDir, environment);
    work.url = running.client.url;
    say('started again');
    await eventually(
      async () => {
        const { items } = await running.client.get<{ items: CrowdOutcome['items'] }>(
          `/v1/ops/consensus/summary/${PROJECT}`,
        );
        return items.total === crowd.items && items.open === 0;
      },
      'every item to be settled or with the experts',
      1_200_000,
    );
    const seconds = (performance.now() - started) / 1000;
    work.stop();
    await done;
    await eventually(
      async () => (await assignmentsOf(database))['live'] === undefined,
      'every assignment to end',
      120_000,
    );
    const { items } = await running.client.get<{ items: CrowdOutcome['items'] }>(
      `/v1/ops/consensus/summary/${PROJECT}`,
    );
    const { given, handedIn, refused } = work;
    const violations = await violationsIn(database, crowd.maxOverlap);
    return { given, handedIn, refused, seconds, items, violations, assignments: await assignmentsOf(database) };
  } finally {
    await database.end();
    await running.kill();
  }
}

async function prepare(client: Client, { items, minOverlap, maxOverlap, minutes }: Crowd): Promise<void> {
  await client.write('PUT', `/v1/projects/${PROJECT}`, {
    questions: [{ name: 'label', labels: LABELS }],
    policy: { minOverlap, maxOverlap, assignment: { minutes, held: 20 } },
  });
  const rows = Array.from({ length: items }, (_, index) => ({ item: `i${index}`, data: { text: `text ${index}` } }));
  for (let start = 0; start < rows.length; start += 1000)
    await client.writeLines(`/v1/items/${PROJECT}`, rows.slice(start, start + 1000));
}

async function keysOf(client: Client, workers: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: workers }, async (_, index) => {
      const path = `/v1/sources/crowd/workers/w${index}`;
      const { worker } = await client.write<{ worker: string }>('PUT', path, {});
      const wish = { holder: `w${index}`, role: 'worker', projects: [PROJECT], worker };
      return (await client.write<{ secret: string }>('POST', '/v1/keys', wish)).secret;
    }),
  );
}

/** The workers of a crowd, each in a loop of its own. */
class WorkAtOnce {
  given = 0;
  handedIn = 0;
  /** What was refused that should not have been. */
  readonly refused: string[] = [];
  private isOver = false;
  /** What becomes of the first that is given out, of the second and so on, and what is said of each item first and afterwards: whoever is faster. */
  private readonly fates: Dice;
  private readonly labels: readonly Dice[];
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly crowd: Crowd,
    private readonly keys: readonly string[],
    public url: string,
  ) {
    this.fates = dice(crowd.seed);
    this.labels = Array.from({ length: crowd.items }, (_, index) => dice(crowd.seed + 1 + index));
  }

  async untilDone(): Promise<void> {
    await Promise.all(this.keys.map((key, index) => this.worker(key, dice(index))));
    this.agent.destroy();
  }

  stop(): void {
    this.isOver = true;
  }

  private async worker(key: string, throws: Dice): Promise<void> {
    for (let pause = PAUSE_MS; !this.isOver;) {
      const answer = await this.send('POST', `/v1/assignments/${PROJECT}`, key);
      if (answer?.status === 201) {
        pause = PAUSE_MS;
        await this.annotate(JSON.parse(answer.body) as Given, key);
        continue;
      }
      if (answer && !isForNow(answer)) this.refused.push(`assignment: ${answer.status} ${answer.body}`);
      await sleep(pause * (0.5 + throws.uniform()));
      pause = Math.min(LONGEST_PAUSE_MS, 2 * pause);
    }
  }

  private async annotate(given: Given, key: string): Promise<void> {
    this.given++;
    const { abandons, releases, accuracy } = this.crowd;
    const what = this.fates.uniform();
    if (what < abandons) return;
    if (what < abandons + releases) {
      await this.send('DELETE', `/v1/assignments/${PROJECT}/${given.assignment}`, key);
      return;
    }
    const index = Number(given.item.slice(1));
    const truth = index % LABELS.length;
    const throws = this.labels[index]!;
    const label =
      LABELS[throws.uniform() < accuracy ? truth : (truth + 1 + throws.below(LABELS.length - 1)) % LABELS.length];
    // The same id each time, so that it counts once however often it is sent.
    const annotation = { id: given.assignment, item: given.item, label, assignment: given.token };
    for (;;) {
      const answer = await this.send('POST', `/v1/annotations/${PROJECT}`, key, annotation);
      if (answer?.status === 200) break;
      if (answer !== undefined && answer.status !== 401) {
        this.refused.push(`annotation: ${answer.status} ${answer.body}`);
        return;
      }
      await sleep(PAUSE_MS);
    }
    this.handedIn++;
  }

  /** An answer; undefined where nobody answers. */
  private send(method: string, path: string, key: string, body?: object): Promise<Answer | undefined> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve) => {
      const headers = {
        authorization: `Bearer ${key}`,
        ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      };
      const sent = request(`${this.url}${path}`, { method, agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      });
      sent.on('error', () => resolve(undefined));
      sent.end(text);
    });
  }
}

/** There is no work at present; or project, key or worker were just made, and are not known everywhere yet. */
function isForNow({ status, body }: Answer): boolean {
  return [204, 401, 404].includes(status) || body.includes('of no worker on record');
}

interface Answer {
  status: number;
  body: string;
}

interface Given {
  assignment: string;
  token: string;
  item: string;
}

async function assignmentsOf(database: Database): Promise<Record<string, number>> {
  const { rows } = await database.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from assignment group by status order by status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** What must hold at every moment (operations, section 1, I1): looked at whenever something was given out. */
export async function violationsIn(database: Database, maxOverlap: number): Promise<string[]> {
  const twice = await database.query<{ item: string; count: number }>(
    'select item, count(*)::int as count from assignment where occasion = 0 group by key, item, worker having count(*) > 1',
  );
  const beyond = await database.query<{ item: string; count: number }>(
    `select a.item, max(n.count)::int as count from assignment a, lateral (
       select count(*) from assignment b where b.key = a.key and b.occasion = 0 and b.issued_at <= a.issued_at
         and (b.status = 'completed' or b.ended_at is null or b.ended_at > a.issued_at)) n
     group by a.item having max(n.count) > $1`,
    [maxOverlap],
  );
  const miscounted = await database.query<{ item: string; live: number; count: number }>(
    `select w.item, w.live, count(a.id)::int as count from work w
       left join assignment a on a.key = w.key and a.status = 'live' and a.occasion = 0
     group by w.key having w.live <> count(a.id)`,
  );
  return [
    ...twice.rows.map(({ item, count }) => `${item} was given ${count} times to one worker`),
    ...beyond.rows.map(({ item, count }) => `${item} was with ${count} workers: expected ${maxOverlap} at most`),
    ...miscounted.rows.map(({ item, live, count }) => `${item} counts ${live} live assignments and has ${count}`),
  ];
}
