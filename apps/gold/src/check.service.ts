import { Injectable } from '@nestjs/common';
import { checkVoided } from '@assay/contracts/gold/check-voided';
import { goldChecked } from '@assay/contracts/gold/gold-checked';
import { type AnnotatedItem, itemsByKey } from '@assay/platform/copies/annotated-item';
import { type Project, projectsNamed } from '@assay/platform/copies/project-copy';
import { lostVersions, nextVersion } from '@assay/platform/postgres/lost-versions';
import { eventId } from '@assay/platform/transport/event-id';
import { type LanesTransaction } from '@assay/platform/transport/transaction';
import { type AuditedItem, type Check, checksOf, isSameCheck, voidReason } from './check.domain';
import { checksOfItems, type KeptCheck, saveChecks } from './check.queries';
import { type KeptGold, markChecked } from './gold-item.queries';
import { GoldMetrics } from './gold.metrics';

/** Brings the checks of gold items to what their annotations, their accepted labels and the policy say, under the lane that holds the items. */
@Injectable()
export class CheckService {
  constructor(private readonly metrics: GoldMetrics) {}

  /** Checks gold items of the lane. One whose project is not known yet stays to be checked. */
  async check(tx: LanesTransaction, gold: readonly KeptGold[]): Promise<void> {
    if (gold.length === 0) return;
    const projects = await projectsNamed(tx, [...new Set(gold.map((one) => one.project))]);
    const ready = gold.filter(({ project }) => projects.has(project));
    const keys = ready.map((one) => one.key);
    const items = await itemsByKey(tx, keys);
    const kept = new Map<string, KeptCheck[]>();
    for (const check of await checksOfItems(tx, keys)) kept.set(check.key, [...(kept.get(check.key) ?? []), check]);
    const lost = await lostVersions(tx);
    const changed = ready.flatMap((one) =>
      this.exchange(tx, lost, one, items.get(one.key), projects.get(one.project)!, kept.get(one.key) ?? []),
    );
    await saveChecks(tx, changed);
    await markChecked(tx, ready);
  }

  /** What changes of the checks of one item; it is told as it is found. */
  private exchange(
    tx: LanesTransaction,
    lost: number,
    gold: KeptGold,
    item: AnnotatedItem | undefined,
    { questions, policy }: Project,
    kept: readonly KeptCheck[],
  ): KeptCheck[] {
    const audited: AuditedItem = { isWithdrawn: false, entries: [], ...item, ...gold };
    const wanted = new Map(checksOf(audited, questions, policy).map((check) => [idOf(gold, check), check]));
    const known = new Map(kept.map((check) => [check.check, check]));
    const changed: KeptCheck[] = [];
    for (const [check, found] of wanted) {
      const was = known.get(check);
      if (was?.verdict && isSameCheck(was.verdict, found)) continue;
      changed.push(this.tell(tx, gold, check, found, nextVersion(was?.version ?? 0, lost)));
    }
    for (const was of kept) {
      if (!was.verdict || wanted.has(was.check)) continue;
      changed.push(this.void(tx, was, audited, nextVersion(was.version, lost)));
    }
    return changed;
  }

  private tell(tx: LanesTransaction, gold: KeptGold, check: string, found: Check, version: number): KeptCheck {
    const { question, worker, occasion, isRight, at, order } = found;
    const place = { project: gold.project, item: gold.item, check, worker, question, version };
    tx.publish(goldChecked, eventId(goldChecked.type, check, version), {
      ...place,
      ...{ occasion, isRight, goldRevision: gold.revision, order },
      ...(at !== undefined && { occurredAt: new Date(at).toISOString() }),
    });
    tx.whenCommitted(() => this.metrics.checked(isRight ? 'right' : 'wrong'));
    return { ...place, key: gold.key, occasion, verdict: { isRight, order, ...(at !== undefined && { at }) } };
  }

  private void(tx: LanesTransaction, was: KeptCheck, audited: AuditedItem, version: number): KeptCheck {
    const { project, item, check, worker, question } = was;
    const reason = voidReason(audited);
    tx.publish(checkVoided, eventId(checkVoided.type, check, version), {
      ...{ project, item, check, worker, question, version, reason },
    });
    tx.whenCommitted(() => this.metrics.checked('voided'));
    return { ...was, version, verdict: undefined };
  }
}

/** Id of a check: one a question, worker and occasion; with keep-all one an annotation. */
function idOf({ project, item }: KeptGold, { question, worker, occasion, entry }: Check): string {
  return eventId('check', project, item, question, worker, occasion, ...(entry === undefined ? [] : [entry]));
}
