import { Client } from 'pg';
import { keyIssued } from '@assay/contracts/access/key-issued';
import { annotationRetracted } from '@assay/contracts/annotation/annotation-retracted';
import { annotationRevised } from '@assay/contracts/annotation/annotation-revised';
import { annotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { consensusUpdated } from '@assay/contracts/consensus/consensus-updated';
import { type Decision } from '@assay/contracts/consensus/decision';
import { poolAvailable } from '@assay/contracts/gold/pool-available';
import { poolWithdrawn } from '@assay/contracts/gold/pool-withdrawn';
import { itemImported } from '@assay/contracts/item/item-imported';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { projectArchived } from '@assay/contracts/project/project-archived';
import { projectConfigured } from '@assay/contracts/project/project-configured';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { type Tier, tierChanged } from '@assay/contracts/standing/tier-changed';
import { workerRegistered, type WorkerRegistered } from '@assay/contracts/worker/worker-registered';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { keptKey, newKey, writeKey } from '@assay/platform/security/access-key';
import { eventId } from '@assay/platform/transport/event-id';
import { eventually } from '../../../test/support/eventually';
import { EventSender, publishedTo, type Sent, sent } from '../../../test/support/sent-events';
import { type ServiceUnderTest, startServiceUnderTest } from '../../../test/support/running-service';
import { ASSIGNMENT } from './assignment.module';

const WHEN = '2026-01-01T00:00:00.000Z';

/** uuid of worker `w<number>`. */
export function workerOf(number: number): string {
  return eventId('worker', number);
}

export const QUESTION: Question = { name: 'label', kind: 'choice', labels: ['a', 'b', 'c'], ask: 'Which is it?' };

export interface ProjectChange {
  revision?: number;
  policy?: Partial<Policy>;
  questions?: Question[];
  tracks?: string[];
  isArchived?: boolean;
  schemaVersion?: number;
}

/** A project's configuration, with one question "label" of three labels, and no gold, where nothing else is said. */
export function configured(change: ProjectChange = {}): Sent {
  const { revision = 1, policy = {}, questions = [QUESTION], tracks = ['general'], isArchived = false } = change;
  const { schemaVersion = 1 } = change;
  return sent(isArchived ? projectArchived : projectConfigured, eventId('configured', revision), (project) => ({
    ...{ project, title: project, questions, tracks, revision, schemaVersion },
    policy: { ...DEFAULT_POLICY, gold: { ...DEFAULT_POLICY.gold, rate: 0 }, ...policy },
  }));
}

export function imported(item: string, data?: Record<string, unknown>, revision = 0): Sent {
  const rest = data === undefined ? {} : { data };
  const id = eventId('imported', item, revision, JSON.stringify(data ?? null));
  return sent(itemImported, id, (project) => ({ project, item, revision, ...rest }));
}

export function withdrawn(item: string): Sent {
  return sent(itemWithdrawn, eventId('withdrawn', item), (project) => ({ project, item }));
}

/** A label of worker `w<number>`; of revision 1 and above it is a revision. */
export function labelled(
  item: string,
  worker: number,
  label: string,
  said: { revision?: number; occasion?: number; schemaVersion?: number } = {},
): Sent {
  const { revision = 0, occasion = 0, schemaVersion = 1 } = said;
  const contract = revision > 0 ? annotationRevised : annotationSubmitted;
  return sent(contract, eventId('labelled', item, worker, label, revision, occasion), (project) => ({
    ...{ project, item, worker: workerOf(worker), role: 'human' as const, occasion, revision, order: 0 },
    schemaVersion,
    labels: { label },
  }));
}

export function retracted(item: string, worker: number, revision = 1): Sent {
  return sent(annotationRetracted, eventId('retracted', item, worker, revision), (project) => ({
    ...{ project, item, worker: workerOf(worker), role: 'human', occasion: 0, revision, order: 0 },
  }));
}

/** What consensus says of an item with one question. */
export function decided(item: string, version: number, said: Partial<Decision>): Sent {
  const decision: Decision = {
    ...{
      question: 'label',
      state: 'open',
      label: 'a',
      posterior: 0.5,
      confidence: 0.5,
      labels: 0,
      overlap: 0,
      epoch: 0,
    },
    ...said,
  };
  return sent(consensusUpdated, eventId('decided', item, version), (project) => ({
    ...{ project, item, version, policyRevision: 1, schemaVersion: 1, evidence: 'e'.repeat(64) },
    state: decision.state,
    decisions: [decision],
  }));
}

export function gold(item: string, revision = 1, isAvailable = true): Sent {
  const contract = isAvailable ? poolAvailable : poolWithdrawn;
  return sent(contract, eventId('gold', item, revision), (project) => ({ project, item, revision }));
}

export function tiered(worker: number, tier: Tier, version = 1): Sent {
  return sent(tierChanged, eventId('tier', worker, version), (project) => ({
    ...{ project, worker: workerOf(worker), version, tier, reason: 'because the spec says so' },
  }));
}

export function registered(worker: number, said: Partial<WorkerRegistered> = {}): Sent {
  const revision = said.revision ?? 1;
  return sent(workerRegistered, eventId('registered', worker, revision), () => ({
    ...{ worker: workerOf(worker), source: 'spec', externalId: `w${worker}`, role: 'human', revision },
    ...{ tracks: [], skills: [], languages: [], ...said },
  }));
}

/** An answer with its status. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** Assignment at work on a database and a log of its own. */
export class AssignmentUnderTest {
  private readonly sender: EventSender;
  private readonly keys = new Map<string, string>();

  private constructor(
    readonly running: ServiceUnderTest,
    readonly database: Client,
  ) {
    this.sender = new EventSender(running.log);
  }

  static async start(): Promise<AssignmentUnderTest> {
    const running = await startServiceUnderTest(ASSIGNMENT);
    const database = new Client(serviceUrl(running.adminUrl, 'assignment'));
    await database.connect();
    return new AssignmentUnderTest(running, database);
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.running.stop();
  }

  /** Appends events to the log, in this order, as a relay numbers them, and waits until they were read. */
  async send(project: string, events: readonly Sent[]): Promise<void> {
    await this.append(project, events);
    await this.rest(project);
  }

  /** Appends events to the log, in this order, as a relay numbers them. */
  async append(project: string, events: readonly Sent[]): Promise<void> {
    await this.sender.send(project, events);
  }

  /** Waits until everything was read and judged. */
  async rest(project: string): Promise<void> {
    await eventually(async () => {
      const { offsets } = await this.get<{ offsets: { lag: number }[] }>('/v1/ops/assignment/offsets');
      const rest = await this.get<{ behind: number; parked: number }>(`/v1/ops/assignment/rest/${project}`);
      return offsets.every(({ lag }) => lag === 0) && rest.behind === 0 && rest.parked === 0;
    }, `rest of ${project}`);
  }

  /** A key for worker `w<number>`, who is registered with it. */
  async keyOf(
    worker: number,
    role: 'worker' | 'expert' = 'worker',
    said: Partial<WorkerRegistered> = {},
  ): Promise<string> {
    const name = `${role} ${worker}`;
    const known = this.keys.get(name);
    if (known !== undefined) return known;
    const key = newKey();
    const { id, hash } = keptKey(key);
    const issued = sent(keyIssued, eventId('key', id), () => ({
      ...{ key: id, holder: `${role}-${worker}`, revision: 1, hash, role, projects: ['*'] },
      ...{ worker: workerOf(worker), issuedAt: WHEN },
    }));
    await this.send('any', [registered(worker, said), issued]);
    this.keys.set(name, writeKey(key));
    return writeKey(key);
  }

  /** A request of worker `w<number>`. */
  async as<T>(
    worker: number,
    method: string,
    path: string,
    body?: unknown,
    role: 'worker' | 'expert' = 'worker',
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.running.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${await this.keyOf(worker, role)}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }

  async get<T>(path: string): Promise<T> {
    const headers = { authorization: `Bearer ${this.running.adminKey}` };
    const response = await fetch(`${this.running.url}${path}`, { headers });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** What was published of a project to a topic so far, once there are so many. */
  async published<T>(topic: string, project: string, count: number): Promise<{ type: string; data: T }[]> {
    const records = await publishedTo(this.running.log, topic, project, (types) => types.length >= count);
    return records.map(({ headers, value }) => ({
      type: headers['ce_type']!,
      data: JSON.parse(value!.toString()) as T,
    }));
  }
}
