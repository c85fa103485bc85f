import { Injectable } from '@nestjs/common';
import type { Line } from '@assay/platform/http/read-lines';
import { type Entry } from './intake.domain';
import { IntakeService } from './intake.service';
import { type Outcome } from './outcome.domain';
import { readItemRequest } from './request.domain';

/** Items, as they are sent by HTTP. */
@Injectable()
export class ItemService {
  constructor(private readonly intake: IntakeService) {}

  /** Takes in the items of a request. @returns the outcome of each, in order. */
  async receive(project: string, lines: readonly Line[]): Promise<Outcome[]> {
    const entries = lines.map((line): Entry => ({ subject: 'items', project, content: contentOf(line, project) }));
    return this.intake.receive('http', entries, new Date().toISOString());
  }

  /** Ends an item. A second time it is a duplicate. */
  async withdraw(project: string, item: string): Promise<Outcome> {
    const entry: Entry = { subject: 'items', project, content: { type: 'withdrawal', item: { project, item } } };
    const [outcome] = await this.intake.receive('http', [entry], new Date().toISOString());
    return outcome!;
  }
}

function contentOf(line: Line, project: string): Entry['content'] {
  if ('errors' in line) return { type: 'refused', code: 'invalid', errors: line.errors };
  const read = readItemRequest(line.value, project);
  return read.type === 'refused' ? read : { type: 'item', inbound: read.data };
}
