import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { fieldError } from '@assay/contracts/field-error';
import { AcceptsBytes, JSON_TYPE } from '@assay/platform/http/accepts';
import type { HttpRequest, HttpResponse } from '@assay/platform/http/http-request';
import { parseJson } from '@assay/platform/http/parse-json';
import { Problem } from '@assay/platform/http/problem';
import { CalledBy, type Caller, maySee } from '@assay/platform/security/caller';
import { Roles } from '@assay/platform/security/roles';
import { type BinaryAttributes, eventInBinaryMode } from './cloud-event.domain';
import { readCloudEvent } from './inbound.domain';
import { answerIntake, type IntakeAnswer } from './intake.answer';
import { type Entry } from './intake.domain';
import { IntakeService } from './intake.service';

const STRUCTURED = 'application/cloudevents+json';
const BATCHED = 'application/cloudevents-batch+json';
const MOST = 10_000;
const LIMIT = 32 << 20;

/** CloudEvents by HTTP: structured, batched, or in binary mode. */
@ApiTags('events')
@Controller('v1/events')
export class EventController {
  constructor(private readonly intake: IntakeService) {}

  /** Answers what became of each event, in order; 207 where one was rejected. */
  @Post()
  @Roles('tool')
  @AcceptsBytes([STRUCTURED, BATCHED, JSON_TYPE], { limit: LIMIT })
  async receive(
    @Body() body: Buffer,
    @Req() request: HttpRequest,
    @CalledBy() caller: Caller,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<IntakeAnswer> {
    const at = new Date().toISOString();
    const entries = eventsOf(body, request).map((event) => allowed(readCloudEvent(event, at), caller));
    return answerIntake(await this.intake.receive('cloudevents', entries, at), response);
  }
}

function eventsOf(body: Buffer, request: HttpRequest): unknown[] {
  const parsed = parseJson(body);
  if (parsed.type === 'unreadable') throw new Problem('malformed', `body: expected ${parsed.expected}`);
  const [type] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  if (type?.trim() === STRUCTURED) return [parsed.value];
  if (type?.trim() !== BATCHED) return [eventInBinaryMode(request.headers as BinaryAttributes, parsed.value)];
  if (!Array.isArray(parsed.value)) throw new Problem('malformed', 'body: expected an array of CloudEvents');
  if (parsed.value.length > MOST) throw new Problem('too_large', `body: expected at most ${MOST} events`);
  return parsed.value as unknown[];
}

/** An event for a project that the caller may not know of is refused as one of no project. */
function allowed(entry: Entry, caller: Caller): Entry {
  if (entry.project === undefined || maySee(caller, entry.project)) return entry;
  const errors = [fieldError('data.project', entry.project, 'a project of the credential')];
  return { subject: entry.subject, content: { type: 'refused', code: 'invalid', errors } };
}
