import { type Accounting } from './report';

/** What a service had read of a partition of the log at one moment, and what it says became of it. */
export interface Cut {
  topic: string;
  partition: number;
  sequence: number;
  records: number;
  resent: number;
  unnumbered: number;
  lost: number;
  skipped: number;
  received: number;
}

/** What a service says of what it read and published. */
export interface ServiceAccounting {
  accounting: Accounting & { duplicate: number };
  cuts: Cut[];
  published: { topic: string; partition: number; sequence: number }[];
  outboxPending: number;
}

/**
 * One thing that `audit verify` looked at.
 *   made     it balances where both numbers are the same
 *   unmade   the service does not tell these fields: it is older than this command
 */
export type Check =
  | { type: 'made'; check: string; expected: number; found: number }
  | { type: 'unmade'; check: string; untold: string[] };

/**
 * What is to balance of a service, at the cut: what ingestion had published in each partition by the event that the service read last, against
 * what the service says became of it.
 * @param published what ingestion had published when it was asked, which is after the cut: it can only be more.
 */
export function checksOf(
  service: string,
  { accounting, cuts }: Pick<ServiceAccounting, 'accounting' | 'cuts'>,
  published: ServiceAccounting['published'],
): Check[] {
  const { accepted, applied, superseded, deadLettered, pending } = accounting;
  const untold = untoldOf(accounting, ['accepted', 'applied', 'superseded', 'deadLettered', 'pending']);
  const found = applied + superseded + deadLettered + pending;
  return [
    checkOf(`${service}: accepted = applied + superseded + dead-lettered + pending`, accepted, found, untold),
    ...cuts.flatMap((cut) => {
      const ofIngestion = published.find((one) => one.topic === cut.topic && one.partition === cut.partition);
      return checksOfCut(`${service} at ${cut.topic}/${cut.partition}`, cut, ofIngestion?.sequence);
    }),
  ];
}

function checksOfCut(place: string, cut: Cut, published: number | undefined): Check[] {
  const { sequence, records, resent, unnumbered, lost, skipped, received } = cut;
  const untold = untoldOf(cut, ['sequence', 'records', 'resent', 'unnumbered', 'lost', 'skipped', 'received']);
  const numbered = sequence - lost - skipped + resent + unnumbered;
  const checks = [
    checkOf(`${place}: records lost`, 0, lost, untold),
    checkOf(`${place}: records = sequence - lost - skipped + resent + unnumbered`, numbered, records, untold),
    checkOf(`${place}: events accounted for`, records, received, untold),
  ];
  if (published === undefined) return checks;
  const beyond = Math.max(0, sequence - published);
  return [...checks, checkOf(`${place}: read no more than was published`, 0, beyond, untold)];
}

function untoldOf<Name extends string>(told: Record<Name, unknown>, names: readonly Name[]): Name[] {
  return names.filter((name) => told[name] === undefined);
}

/** A check that needs a number which the service does not tell is not made: with undefined no sum is a number. */
function checkOf(check: string, expected: number, found: number, untold: string[]): Check {
  const isTold = Number.isFinite(expected) && Number.isFinite(found);
  return isTold ? { type: 'made', check, expected, found } : { type: 'unmade', check, untold };
}
