import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { ANNOTATION_EVENTS } from '../topics';
import { AnnotationSubmitted } from './annotation-submitted';

/** A later revision (1 or higher) of an annotation, in full. */
export class AnnotationRevised extends AnnotationSubmitted {}

export const annotationRevised = contract({
  type: 'assay.annotation.revised.v1',
  summary: 'A worker changed the labels of an annotation.',
  topic: ANNOTATION_EVENTS,
  key: itemKey,
  data: AnnotationRevised,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
