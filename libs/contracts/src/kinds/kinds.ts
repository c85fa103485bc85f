import { type KindName } from '../project/label-schema';
import { choice } from './choice';
import { type Kind } from './kind';
import { rating } from './rating';

/** Every kind of label; everything but these files is blind to the kind. */
export const KIND_OF: Readonly<Record<KindName, Kind>> = { choice, rating };
