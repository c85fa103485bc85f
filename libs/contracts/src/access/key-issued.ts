import { contract } from '../contract';
import { Integer, OneOf, Text, Texts, Timestamp } from '../fields';
import { ACCESS_EVENTS } from '../topics';
import { ACCESS_ROLES, type AccessRole } from './access-role';

/** The full state of an access key. The highest revision counts. Its secret is nowhere: services compare hashes. */
export class KeyIssued {
  /** Random; the part of `assay_<key>_<secret>` that may be shown. */
  @Text({ max: 32, pattern: /^[0-9a-zA-Z]+$/ })
  key!: string;

  /** Who holds it: at most two live keys, so that one can take the place of the other. */
  @Text({ max: 63, pattern: /^[0-9a-zA-Z._-]+$/ })
  holder!: string;

  @Integer({ min: 1 })
  revision!: number;

  /** SHA-256 (hex) of the secret. */
  @Text({ min: 64, max: 64, pattern: /^[0-9a-f]{64}$/ })
  hash!: string;

  @OneOf(ACCESS_ROLES)
  role!: AccessRole;

  /** Names of projects, or `*` alone for all of them. */
  @Texts({ min: 1, max: 1000 })
  projects!: string[];

  /** The worker that the holder is, where it is one. */
  @Text({ max: 36, optional: true })
  worker?: string;

  @Timestamp()
  issuedAt!: string;
}

export const keyIssued = contract({
  type: 'assay.key.issued.v1',
  summary: 'An access key became valid; carries the hash of its secret, its role and its projects.',
  topic: ACCESS_EVENTS,
  key: (data) => data.key,
  data: KeyIssued,
  producers: ['ingestion'],
  consumers: ['consensus', 'gold', 'scoring', 'assignment'],
});
