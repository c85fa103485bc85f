import { type Transaction } from '@assay/platform/transport/transaction';
import { type IntakeCount, type Subject } from './intake.domain';

/**
 * Adds changes to the counts: the last that a transaction locks, annotations before items and projects in the order of names, so
 * that two transactions never wait for each other in a circle.
 */
export async function countAll(
  tx: Transaction,
  changes: Record<Subject, ReadonlyMap<string, IntakeCount>>,
): Promise<void> {
  await countIntake(tx, 'annotations', changes.annotations);
  await countIntake(tx, 'items', changes.items);
}

async function countIntake(
  tx: Transaction,
  subject: Subject,
  changes: ReadonlyMap<string, IntakeCount>,
): Promise<void> {
  for (const [project, change] of [...changes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await tx.sql(
      `insert into intake (project, subject, received, accepted, duplicate, rejected, waiting) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (project, subject) do update set
         received = intake.received + excluded.received,
         accepted = intake.accepted + excluded.accepted,
         duplicate = intake.duplicate + excluded.duplicate,
         rejected = intake.rejected + excluded.rejected,
         waiting = intake.waiting + excluded.waiting`,
      [project, subject, change.received, change.accepted, change.duplicate, change.rejected, change.waiting],
    );
  }
}

/** What came in at the edge, by subject; zeros where nothing did. */
export async function intakeOf(tx: Transaction, project: string): Promise<Record<Subject, IntakeCount>> {
  const rows = await tx.sql<{ subject: Subject } & Record<keyof IntakeCount, string>>(
    'select * from intake where project = $1',
    [project],
  );
  const counts = (subject: Subject): IntakeCount => {
    const row = rows.find((one) => one.subject === subject);
    const count = (name: keyof IntakeCount) => Number(row?.[name] ?? 0);
    return {
      received: count('received'),
      accepted: count('accepted'),
      duplicate: count('duplicate'),
      rejected: count('rejected'),
      waiting: count('waiting'),
    };
  };
  return { annotations: counts('annotations'), items: counts('items') };
}
