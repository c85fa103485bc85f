import { Client } from 'pg';
import { annotationRetracted } from '@assay/contracts/annotation/annotation-retracted';
import { annotationRevised } from '@assay/contracts/annotation/annotation-revised';
import { annotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { assignmentIssued } from '@assay/contracts/assignment/assignment-issued';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { type Policy } from '@assay/contracts/project/label-schema';
import { projectConfigured } from '@assay/contracts/project/project-configured';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { eventId } from '@assay/platform/transport/event-id';
import { eventually } from '../../../test/support/eventually';
import { EventSender, publishedTo, type Sent, sent } from '../../../test/support/sent-events';
import { type ServiceUnderTest, startServiceUnderTest } from '../../../test/support/running-service';
import { GOLD } from './gold.module';

/** A project with the questions "label" (a, b, c) and "tone" (low, high). */
export function configured(policy: Partial<Policy> = {}, revision = 1): Sent {
  const questions = [
    { name: 'label', kind: 'choice' as const, labels: ['a', 'b', 'c'] },
    { name: 'tone', kind: 'rating' as const, labels: ['low', 'high'] },
  ];
  return sent(projectConfigured, eventId('configured', revision), (project) => ({
    ...{ project, title: project, questions, tracks: ['general'], revision, schemaVersion: 1 },
    policy: { ...DEFAULT_POLICY, ...policy },
  }));
}

interface Said {
  occasion?: number;
  revision?: number;
  order?: number;
  role?: 'human' | 'model';
  occurredAt?: string;
  tone?: string;
}

/** A label of worker `w<number>` on the question "label"; of revision 1 and above it is a revision. */
export function labelled(item: string, worker: number, label: string, said: Said = {}): Sent {
  const { tone, ...rest } = said;
  const contract = (rest.revision ?? 0) > 0 ? annotationRevised : annotationSubmitted;
  return sent(contract, eventId('labelled', item, worker, label, JSON.stringify(said)), (project) => ({
    ...refOf(project, item, worker, rest),
    ...{ schemaVersion: 1, labels: { label, ...(tone !== undefined && { tone }) } },
  }));
}

export function retracted(item: string, worker: number, said: Said = {}): Sent {
  const id = eventId('retracted', item, worker, JSON.stringify(said));
  return sent(annotationRetracted, id, (project) => refOf(project, item, worker, said));
}

function refOf(project: string, item: string, worker: number, said: Omit<Said, 'tone'>) {
  const who = { worker: eventId('worker', worker), role: 'human' as const };
  return { project, item, ...who, occasion: 0, revision: 0, order: 0, ...said };
}

export function withdrawn(item: string): Sent {
  return sent(itemWithdrawn, eventId('withdrawn', item), (project) => ({ project, item }));
}

/** An item that a worker was given. */
export function issued(item: string, worker: number, assignment: string): Sent {
  return sent(assignmentIssued, eventId('issued', assignment), (project) => ({
    ...{ project, item, assignment: eventId('assignment', assignment), worker: eventId('worker', worker), occasion: 0 },
    ...{ deadline: '2026-01-01T01:00:00.000Z', version: 1 },
  }));
}

/** A row of known labels, as it is sent. */
export interface Row {
  item: string;
  question?: string;
  label?: string;
  labels?: string[];
}

/** Gold at work on a database and a log of its own. */
export class GoldUnderTest {
  private readonly sender: EventSender;

  private constructor(
    readonly running: ServiceUnderTest,
    readonly database: Client,
  ) {
    this.sender = new EventSender(running.log);
  }

  static async start(): Promise<GoldUnderTest> {
    const running = await startServiceUnderTest(GOLD);
    const database = new Client(serviceUrl(running.adminUrl, 'gold'));
    await database.connect();
    return new GoldUnderTest(running, database);
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.running.stop();
  }

  async send(project: string, events: readonly Sent[]): Promise<void> {
    await this.sender.send(project, events);
  }

  async sendAndRest(project: string, ...events: Sent[]): Promise<void> {
    await this.send(project, events);
    await this.rest(project);
  }

  /** Imports known labels; a project that was just sent may take a moment to be known. */
  async import(project: string, ...rows: Row[]): Promise<{ status: number; outcomes: unknown[] }> {
    await eventually(async () => (await this.fetch('GET', `/v1/gold/${project}`)).ok, `${project} to be known`);
    const response = await this.fetch('POST', `/v1/gold/${project}`, rows);
    const { outcomes } = (await response.json()) as { outcomes: unknown[] };
    await this.rest(project);
    return { status: response.status, outcomes };
  }

  async retire(project: string, item: string): Promise<void> {
    const response = await this.fetch('DELETE', `/v1/gold/${project}/${item}`);
    if (!response.ok) throw new Error(`DELETE ${item}: ${response.status} ${await response.text()}`);
    await this.rest(project);
  }

  /** Waits until everything was read and checked. */
  async rest(project: string): Promise<void> {
    let last: unknown;
    await eventually(
      async () => {
        const { offsets } = await this.get<{ offsets: { lag: number }[] }>('/v1/ops/gold/offsets');
        const lag = offsets.reduce((sum, one) => sum + one.lag, 0);
        last = { lag, ...(await this.get<object>(`/v1/ops/gold/rest/${project}`)) };
        return JSON.stringify(last) === JSON.stringify({ lag: 0, behind: 0, parked: 0 });
      },
      () => `rest of ${project}: ${JSON.stringify(last)}`,
    );
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.fetch('GET', path);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  fetch(method: string, path: string, body?: unknown): Promise<Response> {
    const authorization = `Bearer ${this.running.adminKey}`;
    return fetch(`${this.running.url}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async digest(project: string): Promise<string> {
    return (await this.get<{ digest: string }>(`/v1/ops/gold/digest/${project}`)).digest;
  }

  /** Checks that count, as `item question w<number> right|wrong`, sorted. */
  async checks(project: string): Promise<string[]> {
    const { rows } = await this.database.query(
      `select item, question, worker, occasion, is_right from gold_check where project = $1 and is_right is not null`,
      [project],
    );
    const numbers = new Map(Array.from({ length: 20 }, (_, number) => [eventId('worker', number), number]));
    return rows
      .map((row) => {
        const again = row.occasion > 0 ? `#${row.occasion}` : '';
        return `${row.item} ${row.question} w${numbers.get(row.worker)}${again} ${row.is_right ? 'right' : 'wrong'}`;
      })
      .sort();
  }

  /** What was published of a project to a topic, once there are so many records. */
  async published(
    topic: string,
    project: string,
    count: number,
  ): Promise<{ type: string; data: Record<string, unknown> }[]> {
    const records = await publishedTo(this.running.log, topic, project, (types) => types.length >= count);
    return records.map((record) => ({
      type: record.headers['ce_type']!.replace(/^assay\.gold\.|\.v1$/g, ''),
      data: JSON.parse(String(record.value)) as Record<string, unknown>,
    }));
  }
}
