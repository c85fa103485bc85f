import { projectArchived } from '@assay/contracts/project/project-archived';
import { projectConfigured } from '@assay/contracts/project/project-configured';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { type Project } from './project.domain';

/** Publishes a revision of a project; the same again whenever it is published again. */
export function publishProject(tx: Transaction, { status, state }: Project, time: string): void {
  const contract = status === 'archived' ? projectArchived : projectConfigured;
  tx.publish(contract, eventId('project', state.project, state.revision), state, { time });
}
