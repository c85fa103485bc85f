import { checkFields } from '@assay/contracts/check-fields';
import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { type DataClass } from '@assay/contracts/fields';
import { InboundAnnotation } from '@assay/contracts/inbound/inbound-annotation';
import { InboundItem } from '@assay/contracts/inbound/inbound-item';
import { InboundRetraction } from '@assay/contracts/inbound/inbound-retraction';
import { type WorkerRole } from '@assay/contracts/project/label-schema';
import { type Inbound, type Refusal } from './annotation.domain';

/** Fields of an annotation that say nothing in a retraction. */
const OF_LABELS = ['label', 'labels', 'question', 'seconds', 'guideline', 'schemaVersion'];

/** One entry of a request as an inbound annotation or retraction (`retract: true`). The project is that of the path. */
export function readAnnotationRequest(
  entry: unknown,
  project: string,
): { type: 'inbound'; inbound: Inbound } | Refusal {
  const request = readRef(entry, project, ['item', 'worker']);
  if (request.type === 'refused') return request;
  const { retract, ...fields } = request.fields;
  if (retract !== undefined && typeof retract !== 'boolean')
    return invalid(fieldError('retract', retract, 'true or false'));
  if (retract !== true) {
    const errors = checkFields(InboundAnnotation, fields);
    return errors.length > 0
      ? invalid(...errors)
      : { type: 'inbound', inbound: { type: 'annotation', data: fields as unknown as InboundAnnotation } };
  }
  const needless = OF_LABELS.filter((name) => fields[name] !== undefined);
  if (needless.length > 0)
    return invalid(...needless.map((name) => fieldError(name, fields[name], 'nothing in a retraction')));
  const errors = checkFields(InboundRetraction, fields);
  return errors.length > 0
    ? invalid(...errors)
    : { type: 'inbound', inbound: { type: 'retraction', data: fields as unknown as InboundRetraction } };
}

/** One entry of a request as an inbound item. The project is that of the path. */
export function readItemRequest(entry: unknown, project: string): { type: 'inbound'; data: InboundItem } | Refusal {
  const request = readRef(entry, project, ['item']);
  if (request.type === 'refused') return request;
  const errors = checkFields(InboundItem as DataClass, request.fields);
  return errors.length > 0 ? invalid(...errors) : { type: 'inbound', data: request.fields as unknown as InboundItem };
}

/** The entry with `task` called `item`, its project filled in, and names that a tool writes as integers made strings. */
function readRef(
  entry: unknown,
  project: string,
  names: readonly string[],
): { type: 'fields'; fields: Record<string, unknown> } | Refusal {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return invalid(fieldError('', entry, 'an object'));
  const { task, ...fields } = entry as Record<string, unknown>;
  if (task !== undefined && fields['item'] !== undefined)
    return invalid(fieldError('task', task, 'nothing, where item is given'));
  if (fields['project'] !== undefined && fields['project'] !== project) {
    return invalid(fieldError('project', fields['project'], `${project}, as in the path, or nothing`));
  }
  fields['project'] = project;
  if (task !== undefined) fields['item'] = task;
  for (const name of names) if (Number.isSafeInteger(fields[name])) fields[name] = String(fields[name]);
  return { type: 'fields', fields };
}

function invalid(...errors: FieldError[]): Refusal {
  return { type: 'refused', code: 'invalid', errors };
}

/** The worker that a credential is: as its source calls it, and by its id. */
export interface OwnIdentity {
  id: string;
  source: string;
  externalId: string;
  role: WorkerRole;
}

/**
 * A worker's own request: who it is and whence it comes says the credential, so that the request may leave it out but not say
 * otherwise. Ids that workers give are each worker's own.
 */
export function ownRequest(entry: unknown, own: OwnIdentity): { type: 'entry'; entry: unknown } | Refusal {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return { type: 'entry', entry };
  const request = entry as Record<string, unknown>;
  const identity: Record<string, unknown> = { worker: own.externalId, source: own.source, role: own.role };
  const others = Object.keys(identity).filter(
    (name) => request[name] !== undefined && request[name] !== identity[name],
  );
  if (others.length > 0) {
    return invalid(...others.map((name) => fieldError(name, request[name], 'nothing: it is that of the credential')));
  }
  const id = typeof request['id'] === 'string' ? `${own.id}/${request['id']}` : request['id'];
  return { type: 'entry', entry: { ...request, ...identity, id } };
}
