import { type Kind } from './kind';
import { labelOfSet } from './label-of-set';

/** One label out of a closed set in order, lowest first. */
export const rating: Kind = { name: 'rating', check: labelOfSet };
