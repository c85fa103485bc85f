import { type Kind } from './kind';
import { labelOfSet } from './label-of-set';

/** One label out of a closed set without order. */
export const choice: Kind = { name: 'choice', check: labelOfSet };
