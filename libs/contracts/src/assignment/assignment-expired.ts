import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { ASSIGNMENT_EVENTS } from '../topics';
import { AssignmentEvent } from './assignment-event';

/** An assignment whose time ran out. */
export class AssignmentExpired extends AssignmentEvent {}

export const assignmentExpired = contract({
  type: 'assay.assignment.expired.v1',
  summary: 'The time of an assignment ran out.',
  topic: ASSIGNMENT_EVENTS,
  key: itemKey,
  data: AssignmentExpired,
  producers: ['assignment'],
  consumers: [],
});
