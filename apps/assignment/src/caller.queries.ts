import { projectsNamed } from '@assay/platform/copies/project-copy';
import { notFound, Problem } from '@assay/platform/http/problem';
import { type Caller } from '@assay/platform/security/caller';
import { type Transaction } from '@assay/platform/transport/transaction';
import { workerById } from './worker.queries';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The project of a request, and the worker whose credential makes it.
 * @throws Problem `not_found` for an unknown project, `conflict` where the credential's worker is not on record.
 */
export async function placeOfCaller(tx: Transaction, caller: Caller, name: string) {
  const project = (await projectsNamed(tx, [name])).get(name);
  if (!project) throw notFound('project', name);
  const id = caller.worker ?? '';
  const known = uuid.test(id) ? await workerById(tx, id) : undefined;
  if (!known) {
    throw new Problem('conflict', 'the credential is of no worker on record: expected that of one who was registered');
  }
  return { project, worker: { ...known, id } };
}
