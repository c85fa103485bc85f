import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { INBOUND } from '../topics';
import { InboundAnnotationRef } from './inbound-annotation';

/** An annotation taken back, as a tool says it. It may arrive before what it takes back. */
export class InboundRetraction extends InboundAnnotationRef {}

export const inboundRetraction = contract({
  type: 'assay.inbound.retraction.v1',
  summary: 'A tool says that an annotation was taken back.',
  topic: INBOUND,
  key: itemKey,
  data: InboundRetraction,
  // Ingestion sends itself what waits for its project, so that there is one way to wait.
  producers: ['tools', 'ingestion'],
  consumers: ['ingestion'],
});
