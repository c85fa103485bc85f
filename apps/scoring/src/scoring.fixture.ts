import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Client } from 'pg';
import { pino } from 'pino';
import { type KeyIssued, keyIssued } from '@assay/contracts/access/key-issued';
import { annotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { consensusAdjudicated } from '@assay/contracts/consensus/consensus-adjudicated';
import { checkVoided } from '@assay/contracts/gold/check-voided';
import { goldActivated } from '@assay/contracts/gold/gold-activated';
import { goldChecked } from '@assay/contracts/gold/gold-checked';
import { goldCorrected } from '@assay/contracts/gold/gold-corrected';
import { goldRetired } from '@assay/contracts/gold/gold-retired';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { projectConfigured } from '@assay/contracts/project/project-configured';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { epochPublished } from '@assay/contracts/reliability/epoch-published';
import { workerRegistered } from '@assay/contracts/worker/worker-registered';
import { Settings } from '@assay/platform/config/settings';
import { type LogRecord } from '@assay/platform/event-log/event-log';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { keptKey, newKey, parseKey, writeKey } from '@assay/platform/security/access-key';
import { startService } from '@assay/platform/service';
import { eventId } from '@assay/platform/transport/event-id';
import { eventually } from '../../../test/support/eventually';
import { EventSender, publishedTo, type Sent, sent } from '../../../test/support/sent-events';
import { type ServiceUnderTest, startServiceUnderTest, TEST_SECRET } from '../../../test/support/running-service';
import { dueProjects, type EpochState } from './fit.queries';
import { SCORING } from './scoring.module';

export const LABELS = ['a', 'b', 'c'];

/** Epochs come when they are asked for, and not by themselves. */
export const ONLY_ASKED = { growth: 10, afterLabels: 1_000_000, quietSeconds: 86_400 };

/** A project's configuration, with one question "label" of three labels where nothing else is said. */
export function configured(
  change: { revision?: number; schemaVersion?: number; policy?: Partial<Policy>; questions?: Question[] } = {},
): Sent {
  const { revision = 1, schemaVersion = 1, policy = {} } = change;
  const questions = change.questions ?? [{ name: 'label', kind: 'choice' as const, labels: LABELS }];
  return sent(projectConfigured, eventId('configured', revision, JSON.stringify(change)), (project) => ({
    ...{ project, title: project, questions, tracks: ['general'], revision, schemaVersion },
    policy: { ...DEFAULT_POLICY, epoch: ONLY_ASKED, ...policy },
  }));
}

/** Id of the worker of a number. */
export function workerId(worker: number): string {
  return eventId('worker', worker);
}

/** A worker as a tool names it. */
export function registered(worker: number): Sent {
  return sent(workerRegistered, eventId('registered', worker), () => ({
    ...{ worker: workerId(worker), source: 'tool', externalId: `w${worker}`, revision: 1 },
    ...{ role: 'human' as const, tracks: [], skills: [], languages: [] },
  }));
}

/** A label of worker `worker`. */
export function labelled(item: string, worker: number, label: string, said: { occasion?: number } = {}): Sent {
  const { occasion = 0 } = said;
  return sent(annotationSubmitted, eventId('labelled', item, worker, label, occasion), (project) => ({
    ...{ project, item, worker: workerId(worker), role: 'human' as const, occasion, revision: 0, order: occasion },
    ...{ schemaVersion: 1, labels: { label } },
  }));
}

/** The end of an epoch that a scoring published whose database is gone. */
export function ofAnotherPast(epoch: number): Sent {
  return sent(epochPublished, eventId('another past', epoch), (project) => ({
    ...{ project, epoch, isSettling: true, schemaVersion: 1, policyRevision: 1, covers: [], questions: [] },
  }));
}

export function withdrawn(item: string): Sent {
  return sent(itemWithdrawn, eventId('withdrawn', item), (project) => ({ project, item }));
}

/** A gold item: activated at revision 1, corrected afterwards; without labels it is retired. */
export function gold(item: string, revision: number, ...labels: string[]): Sent {
  const contract = labels.length === 0 ? goldRetired : revision === 1 ? goldActivated : goldCorrected;
  const accepted = [{ question: 'label', labels: labels.length === 0 ? ['a'] : labels }];
  return sent(contract, eventId('gold', item, revision), (project) => ({ project, item, revision, accepted }));
}

/** A check of worker `worker` on an item; undefined is void. `order` is its place among those of the worker at one time. */
export function checked(
  item: string,
  worker: number,
  isRight: boolean | undefined,
  order = 0,
  version = 1,
  occurredAt?: string,
): Sent {
  const refOf = (project: string) => ({
    ...{ project, item, worker: workerId(worker), question: 'label', version },
    check: eventId('check', project, item, workerId(worker)),
  });
  const id = eventId('checked', item, worker, version);
  return isRight === undefined
    ? sent(checkVoided, id, (project) => ({ ...refOf(project), reason: 'gold-retired' as const }))
    : sent(goldChecked, id, (project) => ({
        ...refOf(project),
        ...{ occasion: 0, isRight, goldRevision: version, order },
        ...(occurredAt !== undefined && { occurredAt }),
      }));
}

/** What consensus says that an expert decided; where that is unresolvable, the label is what the workers believe. */
export function adjudicated(
  item: string,
  label: string,
  version = 1,
  state: 'adjudicated' | 'unresolvable' = 'adjudicated',
): Sent {
  return sent(consensusAdjudicated, eventId('adjudicated', item, version), (project) => ({
    ...{ project, item, version, policyRevision: 1, schemaVersion: 1, evidence: '0'.repeat(64) },
    decision: {
      ...{ question: 'label', state, label, posterior: 1, confidence: 1 },
      ...{ labels: 3, overlap: 3, epoch: 0 },
    },
  }));
}

/** A worker as `GET /v1/workers/{project}/{worker}` shows it, as far as the spec looks. */
export interface Shown {
  worker: string;
  source: string | null;
  externalId: string | null;
  tier: string;
  questions: { question: string; labels: number; accuracy: number; low: number; high: number; goldChecks: number }[];
  findings: { finding: string; kind: string; evidence: Record<string, unknown> }[];
}

/** Scoring at work on a database and a log of its own. */
export class ScoringUnderTest {
  private readonly sender: EventSender;

  private constructor(
    readonly running: ServiceUnderTest,
    readonly database: Client,
  ) {
    this.sender = new EventSender(running.log);
  }

  static async start(): Promise<ScoringUnderTest> {
    const running = await startServiceUnderTest(SCORING);
    const database = new Client(serviceUrl(running.adminUrl, 'scoring'));
    await database.connect();
    return new ScoringUnderTest(running, database);
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.running.stop();
  }

  /** Starts one more instance on the same database and log. */
  async another(): Promise<{ url: string; stop(): Promise<void> }> {
    const service = await startService(SCORING, {
      settings: Object.assign(new Settings(), { leaseSecret: TEST_SECRET }),
      databaseUrl: this.running.adminUrl,
      eventLog: this.running.log,
      logger: pino({ level: 'warn' }),
      adminKey: keptKey(parseKey(this.running.adminKey)!),
    });
    const server = createServer(service.handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async stop() {
        server.closeAllConnections();
        server.close();
        await service.close();
      },
    };
  }

  /** Appends events to the log, in this order, as a relay numbers them. */
  async send(project: string, events: readonly Sent[]): Promise<void> {
    await this.sender.send(project, events);
  }

  /** Waits until everything is read and nothing is parked or to be tested again. */
  async read(project: string): Promise<void> {
    let last: unknown;
    await eventually(
      async () => {
        const { offsets } = await this.get<{ offsets: { lag: number }[] }>('/v1/ops/scoring/offsets');
        const rest = await this.get<{ behind: number; parked: number }>(`/v1/ops/scoring/rest/${project}`);
        last = { lag: offsets.reduce((sum, one) => sum + one.lag, 0), ...rest };
        return JSON.stringify(last) === JSON.stringify({ lag: 0, behind: 0, parked: 0 });
      },
      () => `scoring to read ${project}: ${JSON.stringify(last)}`,
    );
  }

  /** Sends events, and waits until they are read. */
  async apply(project: string, ...events: Sent[]): Promise<void> {
    await this.send(project, events);
    await this.read(project);
  }

  /** Sends events, and waits for a settling epoch that knows all of them. */
  async settle(project: string, ...events: Sent[]): Promise<EpochState> {
    await this.apply(project, ...events);
    await this.ask(project);
    return this.epochThat(project, ({ isSettling, isOutdated, requested }) => {
      return isSettling && !isOutdated && requested === 0;
    });
  }

  /** Asks for a settling epoch. */
  async ask(project: string, url = this.running.url): Promise<void> {
    await this.post(`/v1/epochs/${project}`, { settle: true }, this.running.adminKey, url);
  }

  async epochThat(project: string, isIt: (state: EpochState) => boolean): Promise<EpochState> {
    let last: EpochState | undefined;
    return eventually(
      async () => {
        last = await this.get<EpochState>(`/v1/epochs/${project}`);
        return isIt(last) ? last : undefined;
      },
      () => `an epoch of ${project}: ${JSON.stringify(last)}`,
    );
  }

  /** Whether a project is due for a fit. */
  async isDue(project: string): Promise<boolean> {
    const sql = async <Row>(statement: string) => (await this.database.query(statement)).rows as Row[];
    return (await dueProjects({ sql })).includes(project);
  }

  async get<T>(path: string, key = this.running.adminKey): Promise<T> {
    const response = await fetch(`${this.running.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async post<T>(path: string, body: object, key = this.running.adminKey, url = this.running.url): Promise<T> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** A key of some caller, which scoring learns of as it does of every key. */
  async keyOf(caller: Pick<KeyIssued, 'role' | 'projects' | 'worker'>): Promise<string> {
    const key = newKey();
    const state = { ...caller, ...keptKey(key), key: key.id, holder: key.id, revision: 1 };
    const { id: _, ...data } = { ...state, issuedAt: '2026-01-01T00:00:00.000Z' };
    await this.send('', [sent(keyIssued, eventId('key', key.id), () => data)]);
    await eventually(
      async () => (await this.database.query('select 1 from access_key where id = $1', [key.id])).rows.length === 1,
      'the key to be known',
    );
    return writeKey(key);
  }

  async digest(project: string): Promise<string> {
    return (await this.get<{ digest: string }>(`/v1/ops/scoring/digest/${project}`)).digest;
  }

  async worker(project: string, worker: number): Promise<Shown> {
    return this.get<Shown>(`/v1/workers/${project}/${workerId(worker)}`);
  }

  /** What was published of a project to a topic so far, once it is as many. */
  async published(topic: string, project: string, count: number): Promise<LogRecord[]> {
    return publishedTo(this.running.log, topic, project, (types) => types.length >= count);
  }
}
