import { Client } from 'pg';
import { type AnnotationRef } from '@assay/contracts/annotation/annotation-submitted';
import { annotationRetracted } from '@assay/contracts/annotation/annotation-retracted';
import { annotationRevised } from '@assay/contracts/annotation/annotation-revised';
import { annotationSubmitted } from '@assay/contracts/annotation/annotation-submitted';
import { disputeDecided } from '@assay/contracts/dispute/dispute-decided';
import { disputeUnresolvable } from '@assay/contracts/dispute/dispute-unresolvable';
import { poolAvailable } from '@assay/contracts/gold/pool-available';
import { poolWithdrawn } from '@assay/contracts/gold/pool-withdrawn';
import { itemImported } from '@assay/contracts/item/item-imported';
import { itemWithdrawn } from '@assay/contracts/item/item-withdrawn';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { projectConfigured } from '@assay/contracts/project/project-configured';
import { epochPublished } from '@assay/contracts/reliability/epoch-published';
import { modelChunk } from '@assay/contracts/reliability/model-chunk';
import { type PublishedModel } from '@assay/statistics/aggregation/published-model';
import { modelHeader, workerRows } from '@assay/statistics/aggregation/published-model-json';
import { type LogRecord } from '@assay/platform/event-log/event-log';
import { serviceUrl } from '@assay/platform/postgres/service-url';
import { eventId } from '@assay/platform/transport/event-id';
import { eventually } from '../../../test/support/eventually';
import { EventSender, publishedTo, type Sent, sent } from '../../../test/support/sent-events';
import { type ServiceUnderTest, startServiceUnderTest } from '../../../test/support/running-service';
import { CONSENSUS } from './consensus.module';

/** A project's configuration, with one question "label" of three labels where nothing else is said. */
export function configured(
  change: { revision?: number; schemaVersion?: number; policy?: Partial<Policy>; questions?: Question[] } = {},
): Sent {
  const { revision = 1, schemaVersion = 1, policy = {} } = change;
  const questions = change.questions ?? [{ name: 'label', kind: 'choice' as const, labels: ['a', 'b', 'c'] }];
  return sent(projectConfigured, eventId('configured', revision), (project) => ({
    ...{ project, title: project, questions, tracks: ['general'], revision, schemaVersion },
    policy: { ...DEFAULT_POLICY, ...policy },
  }));
}

export function imported(item: string, slice?: string, revision = 0): Sent {
  const rest = slice === undefined ? {} : { slice };
  return sent(itemImported, eventId('imported', item, revision), (project) => ({ project, item, revision, ...rest }));
}

export function withdrawn(item: string): Sent {
  return sent(itemWithdrawn, eventId('withdrawn', item), (project) => ({ project, item }));
}

/** What is said of an annotation besides the item and the worker. */
type Said = Partial<Pick<AnnotationRef, 'occasion' | 'revision' | 'order' | 'occurredAt' | 'role'>>;

/** A label of worker `w<number>`; of revision 1 and above it is a revision. */
export function labelled(
  item: string,
  worker: number,
  label: string,
  said: Said & { schemaVersion?: number } = {},
): Sent {
  const { schemaVersion = 1, ...rest } = said;
  const contract = (rest.revision ?? 0) > 0 ? annotationRevised : annotationSubmitted;
  return sent(contract, eventId('labelled', item, worker, label, JSON.stringify(said)), (project) => ({
    ...refOf(project, item, worker, rest),
    schemaVersion,
    labels: { label },
  }));
}

export function retracted(item: string, worker: number, said: Said = {}): Sent {
  const id = eventId('retracted', item, worker, JSON.stringify(said));
  return sent(annotationRetracted, id, (project) => refOf(project, item, worker, said));
}

function refOf(project: string, item: string, worker: number, said: Said): AnnotationRef {
  const who = { worker: eventId('worker', worker), role: 'human' as const };
  return { project, item, ...who, occasion: 0, revision: 0, order: 0, ...said };
}

/** The model of the question "label" in one epoch, in so many chunks, and what closes it. */
export function fitted(
  model: PublishedModel,
  about: { epoch: number; isSettling?: boolean; chunks?: number },
): { chunks: Sent[]; close: Sent } {
  const { epoch, isSettling = false, chunks: count = 1 } = about;
  const rows = workerRows(model);
  const size = Math.ceil(rows.length / count);
  const chunks = Array.from({ length: count }, (_, chunk) =>
    sent(modelChunk, eventId('chunk', epoch, chunk), (project) => ({
      ...{ project, epoch, question: 'label', chunk },
      ...(chunk === 0 && { model: { ...modelHeader(model) } }),
      workers: rows.slice(chunk * size, (chunk + 1) * size),
    })),
  );
  const close = sent(epochPublished, eventId('epoch', epoch), (project) => ({
    ...{ project, epoch, isSettling, schemaVersion: 1, policyRevision: 1, covers: [] },
    questions: [{ question: 'label', chunks: count, labels: 0, items: 0, workers: rows.length }],
  }));
  return { chunks, close };
}

/** The end of a settling epoch in which no question had labels. */
export function fittedNothing(epoch: number): Sent {
  return sent(epochPublished, eventId('epoch of nothing', epoch), (project) => ({
    ...{ project, epoch, isSettling: true, schemaVersion: 1, policyRevision: 1, covers: [], questions: [] },
  }));
}

/** An item enters the gold pool or leaves it. */
export function pooled(item: string, revision: number, isAvailable = true): Sent {
  const contract = isAvailable ? poolAvailable : poolWithdrawn;
  return sent(contract, eventId('pooled', item, revision), (project) => ({ project, item, revision }));
}

/** What an expert decided on the question "label"; without a label, that there is none to give. */
export function adjudicated(
  item: string,
  label: string | undefined,
  said: { dispute?: string; at?: string; schemaVersion?: number } = {},
): Sent {
  const { dispute = 'd1', at = '2026-01-01T00:00:00.000Z', schemaVersion = 1 } = said;
  const end = (project: string) => ({
    ...{ project, item, question: 'label', dispute: eventId('dispute', dispute), expert: eventId('worker', 'expert') },
    ...{ at, schemaVersion, reason: 'ambiguous-item' as const },
  });
  const id = eventId('adjudicated', item, label ?? '', dispute, at);
  return label === undefined
    ? sent(disputeUnresolvable, id, end)
    : sent(disputeDecided, id, (project) => ({ ...end(project), label }));
}

interface Accounting {
  accepted: number;
  applied: number;
  superseded: number;
  deadLettered: number;
  pending: number;
  duplicate: number;
}

/** Consensus at work on a database and a log of its own. */
export class ConsensusUnderTest {
  private readonly sender: EventSender;

  private constructor(
    readonly running: ServiceUnderTest,
    readonly database: Client,
  ) {
    this.sender = new EventSender(running.log);
  }

  static async start(): Promise<ConsensusUnderTest> {
    const running = await startServiceUnderTest(CONSENSUS);
    const database = new Client(serviceUrl(running.adminUrl, 'consensus'));
    await database.connect();
    return new ConsensusUnderTest(running, database);
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.running.stop();
  }

  /** Appends events to the log, in this order, as a relay numbers them. */
  async send(project: string, events: readonly Sent[]): Promise<void> {
    await this.sender.send(project, events);
  }

  /** Sends events in pieces, each read before the next is sent, so that items grow over several batches. */
  async sendInPieces(project: string, events: readonly Sent[], size: number): Promise<void> {
    for (let start = 0; start < events.length; start += size) {
      await this.send(project, events.slice(start, start + size));
      await eventually(async () => (await this.lag()) === 0, `consensus to read ${project}`);
    }
  }

  private async lag(): Promise<number> {
    const { offsets } = await this.get<{ offsets: { lag: number }[] }>('/v1/ops/consensus/offsets');
    return offsets.reduce((sum, one) => sum + one.lag, 0);
  }

  /** Waits until everything was read and decided; `parked` events may be left. */
  async rest(project: string, parked = 0): Promise<void> {
    let last: unknown;
    await eventually(
      async () => {
        const lag = await this.lag();
        const rest = await this.get<{ behind: number; parked: number }>(`/v1/ops/consensus/rest/${project}`);
        last = { lag, ...rest };
        return JSON.stringify(last) === JSON.stringify({ lag: 0, behind: 0, parked });
      },
      () => `rest of ${project} with ${parked} parked: ${JSON.stringify(last)}`,
    );
  }

  async get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    const response = await this.fetch(path, headers);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  fetch(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const authorization = `Bearer ${this.running.adminKey}`;
    return fetch(`${this.running.url}${path}`, { headers: { authorization, ...headers } });
  }

  async digest(project: string): Promise<string> {
    return (await this.get<{ digest: string }>(`/v1/ops/consensus/digest/${project}`)).digest;
  }

  async accounting(project: string): Promise<Accounting> {
    const path = `/v1/ops/consensus/accounting?project=${project}`;
    return (await this.get<{ accounting: Accounting }>(path)).accounting;
  }

  /** What was published of a project to a topic so far, by type and in order, once `isThere`. */
  async published(topic: string, project: string, isThere: (types: string[]) => boolean): Promise<LogRecord[]> {
    return publishedTo(this.running.log, topic, project, isThere);
  }
}
