import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { ASSIGNMENT_EVENTS } from '../topics';
import { AssignmentEvent } from './assignment-event';

/** An item that a worker was given, or whose deadline was put off. */
export class AssignmentIssued extends AssignmentEvent {}

export const assignmentIssued = contract({
  type: 'assay.assignment.issued.v1',
  summary: 'A worker was given an item, or more time for it.',
  topic: ASSIGNMENT_EVENTS,
  key: itemKey,
  data: AssignmentIssued,
  producers: ['assignment'],
  consumers: ['gold'],
});
