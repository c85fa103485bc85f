import { hash } from 'node:crypto';
import { consensusAdjudicated } from '@assay/contracts/consensus/consensus-adjudicated';
import { consensusCorrected } from '@assay/contracts/consensus/consensus-corrected';
import { consensusDisputed } from '@assay/contracts/consensus/consensus-disputed';
import { consensusReached } from '@assay/contracts/consensus/consensus-reached';
import { consensusUpdated } from '@assay/contracts/consensus/consensus-updated';
import { type Decision, type DecisionBasis } from '@assay/contracts/consensus/decision';
import { disputeWithdrawn } from '@assay/contracts/consensus/dispute-withdrawn';
import { decisionPublished } from '@assay/contracts/public/decision-published';
import { eventId } from '@assay/platform/transport/event-id';
import { type Transaction } from '@assay/platform/transport/transaction';
import { isSameDecision, stateOfItem, type Transition, transitions } from './decision.domain';
import { type Item } from './item.domain';
import { type Project } from '@assay/platform/copies/project-copy';

/** SHA-256 (hex) of the annotations that an item holds, whatever the order in which they came. */
export function evidenceOf(item: Item): string {
  const ids = item.entries.map((entry) => entry.id).sort();
  return hash('sha256', ids.join('\n'));
}

/**
 * Publishes what changed of an item: its full state once, and for each question what happened to it.
 * @param goldRevision of the last that was said of the item in the gold pool; undefined where nothing was.
 */
export function publishDecisions(
  tx: Transaction,
  before: readonly Decision[],
  item: Item,
  project: Project,
  goldRevision: number | undefined,
): void {
  const was = new Map(before.map((decision) => [decision.question, decision]));
  if (item.decisions.every((decision) => isSameDecision(was.get(decision.question), decision))) return;
  const { version, policyRevision, epoch } = item;
  const place = { project: item.project, item: item.item, version };
  const basis = { ...place, policyRevision, schemaVersion: project.schemaVersion, evidence: evidenceOf(item) };
  // The id is that of what is said, never of the batch that made it. Besides the evidence, what experts decided and gold make a decision.
  const experts = Object.values(item.adjudications).map((one) => one.dispute);
  const apart = [...experts.sort(), ...(goldRevision === undefined ? [] : [goldRevision])];
  const id = (type: string, question = '') =>
    eventId(type, item.project, item.item, question, basis.evidence, policyRevision, epoch, ...apart);
  const state = stateOfItem(item.decisions);
  tx.publish(consensusUpdated, id(consensusUpdated.type), { ...basis, state, decisions: [...item.decisions] });
  for (const decision of item.decisions) {
    const previous = was.get(decision.question);
    for (const transition of transitions(previous, decision)) {
      tell(tx, transition, (type) => id(type, decision.question), basis, decision, previous);
    }
  }
}

function tell(
  tx: Transaction,
  transition: Transition,
  id: (type: string) => string,
  basis: DecisionBasis,
  decision: Decision,
  previous: Decision | undefined,
): void {
  switch (transition) {
    case 'reached':
      return tx.publish(consensusReached, id(consensusReached.type), { ...basis, decision });
    case 'disputed':
      return tx.publish(consensusDisputed, id(consensusDisputed.type), { ...basis, decision });
    case 'dispute-withdrawn':
      return tx.publish(disputeWithdrawn, id(disputeWithdrawn.type), { ...basis, decision });
    case 'adjudicated':
      return tx.publish(consensusAdjudicated, id(consensusAdjudicated.type), { ...basis, decision });
    case 'corrected':
      return tx.publish(consensusCorrected, id(consensusCorrected.type), {
        ...basis,
        decision,
        previousLabel: previous?.label ?? '',
      });
    case 'published': {
      const { project, item, version } = basis;
      const { question, state, label, confidence, labels } = decision;
      const told = {
        project,
        item,
        version,
        question,
        state,
        confidence,
        labels,
        ...(label !== undefined && { label }),
      };
      return tx.publish(decisionPublished, id(decisionPublished.type), told);
    }
  }
}
