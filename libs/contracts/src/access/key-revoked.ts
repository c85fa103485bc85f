import { contract } from '../contract';
import { Timestamp } from '../fields';
import { ACCESS_EVENTS } from '../topics';
import { KeyIssued } from './key-issued';

/** The full state of an access key that is valid no more. */
export class KeyRevoked extends KeyIssued {
  @Timestamp()
  revokedAt!: string;
}

export const keyRevoked = contract({
  type: 'assay.key.revoked.v1',
  summary: 'An access key was revoked.',
  topic: ACCESS_EVENTS,
  key: (data) => data.key,
  data: KeyRevoked,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
