import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { ANNOTATION_EVENTS } from '../topics';
import { AnnotationRef } from './annotation-submitted';

/** An annotation taken back: a revision without labels, which may arrive before what it takes back. */
export class AnnotationRetracted extends AnnotationRef {}

export const annotationRetracted = contract({
  type: 'assay.annotation.retracted.v1',
  summary: 'An annotation was taken back.',
  topic: ANNOTATION_EVENTS,
  key: itemKey,
  data: AnnotationRetracted,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
