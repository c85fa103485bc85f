import { fieldError } from '@assay/contracts/field-error';
import { type InboundItem } from '@assay/contracts/inbound/inbound-item';
import { type ItemImported } from '@assay/contracts/item/item-imported';
import { type Refusal } from './annotation.domain';
import { type Project } from './project.domain';
import { unstorable } from './storable.domain';

/**
 * An item that may be recorded. It need not wait for its project: nothing about it depends on that, and who reads the event waits
 * for the project by himself. An item that is never imported comes to be, without an event, by its first annotation.
 */
export function readItem(
  inbound: InboundItem,
  project: Project | undefined,
): { type: 'item'; item: ItemImported } | Refusal {
  if (project?.status === 'archived') {
    return {
      type: 'refused',
      code: 'archived',
      errors: [fieldError('project', inbound.project, 'a project that is not archived')],
    };
  }
  const expected = inbound.data === undefined ? undefined : unstorable(inbound.data);
  if (expected !== undefined) {
    return { type: 'refused', code: 'invalid', errors: [fieldError('data', inbound.data, expected)] };
  }
  const { project: name, item, revision = 0, slice, data } = inbound;
  return { type: 'item', item: { project: name, item, revision, slice, data } };
}
