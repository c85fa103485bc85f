import { type Finding, type FindingKind } from './finding';

/** What a test says of one worker, before it is corrected for how many were tested. */
export interface Suspicion {
  worker: number;
  kind: FindingKind;
  pValue: number;
  evidence: Finding['evidence'];
}
