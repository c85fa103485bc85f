import { Injectable } from '@nestjs/common';
import { checkFields } from '@assay/contracts/check-fields';
import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { Text, Texts } from '@assay/contracts/fields';
import { goldActivated } from '@assay/contracts/gold/gold-activated';
import { goldCorrected } from '@assay/contracts/gold/gold-corrected';
import { type GoldItem } from '@assay/contracts/gold/gold-item';
import { goldRetired } from '@assay/contracts/gold/gold-retired';
import { poolAvailable } from '@assay/contracts/gold/pool-available';
import { poolWithdrawn } from '@assay/contracts/gold/pool-withdrawn';
import { appendAudit, type AuditAction } from '@assay/platform/audit/audit';
import { rowKey } from '@assay/platform/copies/annotated-item';
import { projectsNamed } from '@assay/platform/copies/project-copy';
import { notFound } from '@assay/platform/http/problem';
import { type Line } from '@assay/platform/http/read-lines';
import { lostVersions, mayBeOutdone, nextVersion } from '@assay/platform/postgres/lost-versions';
import { type Caller } from '@assay/platform/security/caller';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { changeOf } from './check.domain';
import { type ToldGold, toldItems } from './gold-import.domain';
import { lockGold, lockImports, saveGold, type ToldState } from './gold-item.queries';

/** Known labels, as they are sent: `label`, or several in `labels`; `question` where the project has more than one. */
export class InboundGold {
  @Text()
  item!: string;

  @Text({ optional: true, max: 63 })
  question?: string;

  @Text({ optional: true })
  label?: string;

  @Texts({ optional: true, max: 1000 })
  labels?: string[];
}

/** What became of one item of a request. */
export type GoldOutcome =
  | { item: string; status: 'activated' | 'corrected' | 'unchanged'; revision: number }
  | { item: string; status: 'rejected'; errors: FieldError[] };

/** Makes items gold, corrects their labels and retires them; each change with its row in the audit. */
@Injectable()
export class GoldImportService {
  constructor(private readonly transactions: Transactions) {}

  /**
   * Takes known labels. @returns the outcome of each item, in the order in which items first occur.
   * @throws Problem `not_found` for a project that is not known here (yet).
   */
  async import(name: string, lines: readonly Line[], caller: Caller): Promise<GoldOutcome[]> {
    const { rows, refused } = readRows(lines);
    return this.transactions.run(async (tx) => {
      const project = (await projectsNamed(tx, [name])).get(name);
      if (!project) throw notFound('project', name);
      const told = toldItems(rows, project.questions);
      await lockImports(tx, name);
      const known = await lockGold(
        tx,
        told.map(({ item }) => rowKey({ project: name, item })),
      );
      const lost = await lostVersions(tx);
      const saved: ToldState[] = [];
      const outcomes: GoldOutcome[] = [];
      const done: AuditAction[] = [];
      for (const one of told) {
        if (one.type === 'refused') {
          outcomes.push({ item: one.item, status: 'rejected', errors: one.errors });
          continue;
        }
        const was = known.get(rowKey({ project: name, item: one.item }));
        const before = was?.revision ?? 0;
        const change = changeOf(was, one.accepted, mayBeOutdone(before, lost));
        const revision = change.type === 'unchanged' ? before : nextVersion(before, lost);
        outcomes.push({ item: one.item, status: change.type, revision });
        if (change.type === 'unchanged') continue;
        const gold = { project: name, item: one.item, revision, accepted: change.accepted };
        saved.push({ ...gold, isActive: true });
        publishActive(tx, change.type, gold);
        done.push({ action: `gold.${verbOf(change.type)}`, subject: itemOf(gold), detail: { revision } });
      }
      await saveGold(tx, saved);
      await appendAudit(tx, caller, ...done);
      return [...refused, ...outcomes];
    });
  }

  /** Ends a gold item: it audits nobody any more. @throws Problem `not_found` where there is none. */
  async retire(
    project: string,
    item: string,
    caller: Caller,
  ): Promise<{ item: string; status: 'retired'; revision: number }> {
    return this.transactions.run(async (tx) => {
      const key = rowKey({ project, item });
      const was = (await lockGold(tx, [key])).get(key);
      if (!was) throw notFound('gold item', item);
      const lost = await lostVersions(tx);
      if (!was.isActive && !mayBeOutdone(was.revision, lost))
        return { item, status: 'retired', revision: was.revision };
      const gold = { project, item, revision: nextVersion(was.revision, lost), accepted: was.accepted };
      await saveGold(tx, [{ ...gold, isActive: false }]);
      tx.publish(goldRetired, eventId(goldRetired.type, project, item, gold.revision), gold);
      const reference = { project, item, revision: gold.revision };
      tx.publish(poolWithdrawn, eventId(poolWithdrawn.type, project, item, gold.revision), reference);
      await appendAudit(tx, caller, {
        action: 'gold.retire',
        subject: itemOf(gold),
        detail: { revision: gold.revision },
      });
      return { item, status: 'retired', revision: gold.revision };
    });
  }
}

function publishActive(tx: Transaction, type: 'activated' | 'corrected', gold: GoldItem): void {
  const { project, item, revision } = gold;
  const contract = type === 'activated' ? goldActivated : goldCorrected;
  tx.publish(contract, eventId(contract.type, project, item, revision), gold);
  if (type === 'activated')
    tx.publish(poolAvailable, eventId(poolAvailable.type, project, item, revision), { project, item, revision });
}

function verbOf(type: 'activated' | 'corrected'): string {
  return type === 'activated' ? 'activate' : 'correct';
}

function itemOf({ project, item }: { project: string; item: string }): string {
  return `${project}/${item}`;
}

/** The rows of a request; a line that cannot be read is an outcome of its own, of an item that has no name. */
function readRows(lines: readonly Line[]): { rows: ToldGold[]; refused: GoldOutcome[] } {
  const rows: ToldGold[] = [];
  const refused: GoldOutcome[] = [];
  for (const line of lines) {
    const errors = 'errors' in line ? line.errors : rowErrors(line.value);
    if (errors.length > 0) refused.push({ item: '', status: 'rejected', errors });
    else rows.push(('value' in line ? line.value : undefined) as ToldGold);
  }
  return { rows, refused };
}

function rowErrors(value: unknown): FieldError[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [fieldError('', value, 'an object')];
  return checkFields(InboundGold, value as Record<string, unknown>);
}
