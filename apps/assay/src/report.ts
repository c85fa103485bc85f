import { type AdjudicationReport } from './adjudication-report';

/** What a project looks like, by interfaces section 4: `report -o json` and `replay -o json` print it as it is. */
export interface Report {
  project: string;
  annotations: Intake;
  accounting: Record<string, Accounting>;
  items: { total: number; open: number; reached: number; disputed: number; adjudicated: number; unresolvable: number };
  agreement: Record<string, AgreementReport>;
  /** Only with an answer key. */
  accuracy?: Accuracy;
  /** Only where there ever was a dispute that assignment knows of. */
  adjudication?: AdjudicationReport;
  workers: WorkerReport[];
  /** The newest fit of reliabilities that decisions use; 0 before the first. */
  epoch: number;
  /** `sha256:` and 64 hex digits over what a decision is. */
  digest: string;
  /** Of a replay: from the first label sent to the last one decided. */
  seconds?: number;
  annotationsPerSecond?: number;
}

/** What came in at the edge: received = accepted + duplicate + rejected. */
export interface Intake {
  received: number;
  accepted: number;
  duplicate: number;
  rejected: number;
}

/** What a service did with what ingestion accepted: accepted = applied + superseded + dead-lettered + pending. */
export interface Accounting {
  accepted: number;
  applied: number;
  superseded: number;
  deadLettered: number;
  pending: number;
}

export interface AgreementReport {
  items: number;
  workers: number;
  labels: number;
  coefficients: Record<string, Coefficient>;
}

/** A coefficient with its interval, or why there is none. */
export interface Coefficient {
  value: number | null;
  low?: number | null;
  high?: number | null;
  interval?: string;
  reason?: string;
}

/** Share of items whose consensus label is accepted by an answer key; gold items are left out. */
export interface Accuracy {
  against: 'truth';
  items: number;
  correct: number;
  value: number;
  /** Wilson score interval, 95 %. */
  low: number;
  high: number;
}

export interface WorkerReport {
  worker: string;
  question: string;
  /** suspended, standard or trusted. */
  tier: string;
  labels: number;
  accuracy: number;
  low: number;
  high: number;
  /** Known labels that the accuracy comes from; 0 where it is estimated. */
  goldChecks: number;
  /** Null above 32 labels. */
  spammerScore: number | null;
  findings: { kind: string; statistic: number; threshold: number; evidence: unknown }[];
}

/** Whether every annotation is accounted for, at the edge and in each service. */
export function isBalanced(report: Report): boolean {
  const { received, accepted, duplicate, rejected } = report.annotations;
  return (
    received === accepted + duplicate + rejected &&
    Object.values(report.accounting).every(
      (service) => service.accepted === service.applied + service.superseded + service.deadLettered + service.pending,
    )
  );
}
