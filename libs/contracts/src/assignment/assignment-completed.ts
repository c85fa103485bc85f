import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { ASSIGNMENT_EVENTS } from '../topics';
import { AssignmentEvent } from './assignment-event';

/** An assignment whose annotation came. */
export class AssignmentCompleted extends AssignmentEvent {}

export const assignmentCompleted = contract({
  type: 'assay.assignment.completed.v1',
  summary: 'A worker handed in what was assigned.',
  topic: ASSIGNMENT_EVENTS,
  key: itemKey,
  data: AssignmentCompleted,
  producers: ['assignment'],
  consumers: [],
});
