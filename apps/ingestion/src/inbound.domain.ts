import { checkFields } from '@assay/contracts/check-fields';
import { type Contract } from '@assay/contracts/contract';
import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { STORABLE } from '@assay/contracts/fields';
import { type InboundAnnotation, inboundAnnotation } from '@assay/contracts/inbound/inbound-annotation';
import { type InboundItem, inboundItem } from '@assay/contracts/inbound/inbound-item';
import { inboundItemWithdrawal } from '@assay/contracts/inbound/inbound-item-withdrawal';
import { type InboundRetraction, inboundRetraction } from '@assay/contracts/inbound/inbound-retraction';
import { utcTimestamp } from '@assay/contracts/iso-timestamp';
import { nearestName } from '@assay/contracts/nearest-name';
import { PROJECT_NAME } from '@assay/contracts/project/project-definition';
import { type Inbound, type Refusal, toClaim } from './annotation.domain';
import { type Entry, type Subject } from './intake.domain';

/** What a tool may send as events. */
const INBOUND_CONTRACTS = [
  inboundAnnotation,
  inboundRetraction,
  inboundItem,
  inboundItemWithdrawal,
] as readonly Contract[];
const TYPES = INBOUND_CONTRACTS.map((contract) => contract.type);

/** What is needed of the envelope of an event whose data is valid by its contract. */
export interface InboundEvent {
  /** Absent where it is not the source's. */
  id?: string;
  source: string;
  type: string;
  /** When it happened, as the envelope says it. */
  time?: string;
  data: object;
}

/**
 * An event as an entry. Its own id, source and time stand in for those that an annotation leaves out.
 * @throws Error where the type is not one of a tool's.
 */
export function entryOf({ id, source, type, time, data }: InboundEvent, at: string): Entry {
  const { project, item } = data as { project: string; item: string };
  const errors = [...(id === undefined ? [] : nameErrors('id', id)), ...nameErrors('source', source)];
  if (errors.length > 0) return refused(subjectOf(type), project, ...errors);
  switch (type) {
    case inboundAnnotation.type:
    case inboundRetraction.type: {
      const said = data as InboundAnnotation | InboundRetraction;
      const completed = { ...said, id: said.id ?? id, occurredAt: said.occurredAt ?? time };
      const inbound = {
        type: type === inboundAnnotation.type ? 'annotation' : 'retraction',
        data: completed,
      } as Inbound;
      return { subject: 'annotations', project, content: toClaim(inbound, { source, at, place: 0 }) };
    }
    case inboundItem.type:
      return { subject: 'items', project, content: { type: 'item', inbound: data as InboundItem } };
    case inboundItemWithdrawal.type:
      return { subject: 'items', project, content: { type: 'withdrawal', item: { project, item } } };
    default:
      throw new Error(`event type "${type}": expected one of ${TYPES.join(', ')}`);
  }
}

/** A CloudEvent in JSON as an entry, or why it is none. */
export function readCloudEvent(value: unknown, at: string): Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('annotations', undefined, fieldError('', value, 'a CloudEvent, an object'));
  }
  const event = value as Record<string, unknown>;
  const type = event['type'];
  const contract = INBOUND_CONTRACTS.find((one) => one.type === type);
  const subject = subjectOf(type);
  const project = projectOf(event['data']);
  if (contract === undefined) {
    const meant = typeof type === 'string' ? ` (did you mean ${nearestName(type, TYPES)}?)` : '';
    return refused(subject, project, fieldError('type', type, `one of ${TYPES.join(', ')}${meant}`));
  }
  const errors = [...envelopeErrors(event), ...checkFields(contract.data, event['data']).map(inData)];
  if (errors.length > 0) return refused(subject, project, ...errors);
  return entryOf(
    {
      id: event['id'] as string,
      source: event['source'] as string,
      type: contract.type,
      time: event['time'] as string | undefined,
      data: event['data'] as object,
    },
    at,
  );
}

function envelopeErrors(event: Record<string, unknown>): FieldError[] {
  const errors: FieldError[] = [];
  if (event['specversion'] !== '1.0') errors.push(fieldError('specversion', event['specversion'], '1.0'));
  errors.push(...nameErrors('id', event['id']), ...nameErrors('source', event['source']));
  const { time, datacontenttype: media } = event;
  if (time !== undefined && (typeof time !== 'string' || utcTimestamp(time) === undefined)) {
    errors.push(fieldError('time', time, 'an ISO 8601 time with its offset, such as 2026-02-28T09:30:00+01:00'));
  }
  if (media !== undefined && !/^application\/json\s*(;|$)/i.test(String(media))) {
    errors.push(fieldError('datacontenttype', media, 'application/json'));
  }
  return errors;
}

/** An id or a source that can be kept. */
function nameErrors(name: string, value: unknown): FieldError[] {
  const fits = typeof value === 'string' && value.length >= 1 && value.length <= 200 && STORABLE.test(value);
  return fits ? [] : [fieldError(name, value, 'a string of 1 to 200 characters')];
}

function subjectOf(type: unknown): Subject {
  return type === inboundItem.type || type === inboundItemWithdrawal.type ? 'items' : 'annotations';
}

function inData(error: FieldError): FieldError {
  return { ...error, path: error.path === '' ? 'data' : `data.${error.path}` };
}

/** Whose count a refused event belongs to, where it says so. */
function projectOf(data: unknown): string | undefined {
  const project: unknown =
    typeof data === 'object' && data !== null ? (data as { project?: unknown }).project : undefined;
  return typeof project === 'string' && PROJECT_NAME.test(project) ? project : undefined;
}

function refused(subject: Subject, project: string | undefined, ...errors: FieldError[]): Entry {
  const content: Refusal = { type: 'refused', code: 'invalid', errors };
  return { subject, project, content };
}
