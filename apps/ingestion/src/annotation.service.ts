import { Injectable } from '@nestjs/common';
import type { Line } from '@assay/platform/http/read-lines';
import { Transactions } from '@assay/platform/transport/transactions';
import { toClaim } from './annotation.domain';
import { type AnnotationPlace, type AnnotationRow, annotationsAfter } from './annotation.queries';
import { type Entry } from './intake.domain';
import { IntakeService } from './intake.service';
import { type Outcome } from './outcome.domain';
import { type OwnIdentity, ownRequest, readAnnotationRequest } from './request.domain';

/** Who sends annotations: a source that may name any worker of its own, or one worker. */
export type Sender = { type: 'source'; source: string } | { type: 'worker'; own: OwnIdentity };

/** Annotations as they are sent by HTTP, and as the record gives them out. */
@Injectable()
export class AnnotationService {
  constructor(
    private readonly intake: IntakeService,
    private readonly transactions: Transactions,
  ) {}

  /** Takes in the annotations of a request. @returns the outcome of each, in order. */
  async receive(project: string, lines: readonly Line[], sender: Sender): Promise<Outcome[]> {
    const at = new Date().toISOString();
    const entries = lines.map((line, place): Entry => {
      const content = contentOf(line, project, sender, { at, place });
      return { subject: 'annotations', project, content };
    });
    return this.intake.receive('http', entries, at);
  }

  /** Statements of a project behind a place, by item, worker, occasion and revision. */
  async page(project: string, after: AnnotationPlace, limit: number, item?: string) {
    return this.transactions.run((tx) => annotationsAfter(tx, after, limit, project, item));
  }
}

function contentOf(
  line: Line,
  project: string,
  sender: Sender,
  received: { at: string; place: number },
): Entry['content'] {
  if ('errors' in line) return { type: 'refused', code: 'invalid', errors: line.errors };
  const asked =
    sender.type === 'worker' ? ownRequest(line.value, sender.own) : { type: 'entry' as const, entry: line.value };
  if (asked.type === 'refused') return asked;
  const read = readAnnotationRequest(asked.entry, project);
  if (read.type === 'refused') return read;
  const source = sender.type === 'worker' ? sender.own.source : sender.source;
  return toClaim(read.inbound, { source, ...received });
}

/**
 * A statement as the record gives it out: in the form in which it can be sent, under the id that it has, so that sending it back is
 * a duplicate.
 */
export function exported(row: AnnotationRow & { external_id: string }): Record<string, unknown> {
  return {
    id: row.source_id,
    source: row.source,
    item: row.item,
    worker: row.external_id,
    role: row.role,
    occasion: row.occasion,
    revision: row.revision,
    occurredAt: row.occurred_at ?? undefined,
    order: row.place,
    ...(row.labels === null
      ? { retract: true }
      : { labels: row.labels, seconds: row.seconds ?? undefined, guideline: row.guideline ?? undefined }),
  };
}
