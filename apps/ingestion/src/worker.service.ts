import { Injectable } from '@nestjs/common';
import { type WorkerRole } from '@assay/contracts/project/label-schema';
import { Problem } from '@assay/platform/http/problem';
import { type Caller } from '@assay/platform/security/caller';
import { Transactions } from '@assay/platform/transport/transactions';
import { workerId } from '@assay/platform/worker-id';
import { type Sender } from './annotation.service';
import { publishWorker } from './worker.event';
import { type Abilities, keepAbilities, registerWorkers, type WorkerRow, workersById } from './worker.queries';

/** Who is who: a worker is (source, name in that source). */
@Injectable()
export class WorkerService {
  constructor(private readonly transactions: Transactions) {}

  /** Puts a worker on record before the first annotation: who issues a worker's key needs its id. */
  async register(
    source: string,
    externalId: string,
    role: WorkerRole,
    abilities: Partial<Abilities>,
  ): Promise<WorkerRow> {
    const id = workerId(source, externalId);
    return this.transactions.run(async (tx) => {
      const worker = { id, source, external_id: externalId, role };
      for (const row of await registerWorkers(tx, [worker], new Date().toISOString())) publishWorker(tx, row);
      for (const row of await keepAbilities(tx, id, abilities)) publishWorker(tx, row);
      return (await workersById(tx, [id]))[0]!;
    });
  }

  /**
   * As whom a caller sends annotations: a worker's or expert's credential as itself, any other as a source.
   * @throws Problem `conflict` where the credential's worker is not on record.
   */
  async senderOf(caller: Caller): Promise<Sender> {
    if (caller.role !== 'worker' && caller.role !== 'expert') return { type: 'source', source: caller.holder };
    const id = caller.worker ?? '';
    const [row] = uuid.test(id) ? await this.transactions.run((tx) => workersById(tx, [id])) : [];
    if (row === undefined) {
      throw new Problem('conflict', 'the worker of the credential is not on record: expected one that was registered');
    }
    return { type: 'worker', own: { id, source: row.source, externalId: row.external_id, role: row.role } };
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
