import { keyIssued } from './access/key-issued';
import { keyRevoked } from './access/key-revoked';
import { annotationRetracted } from './annotation/annotation-retracted';
import { annotationRevised } from './annotation/annotation-revised';
import { annotationSubmitted } from './annotation/annotation-submitted';
import { assignmentCompleted } from './assignment/assignment-completed';
import { assignmentExpired } from './assignment/assignment-expired';
import { assignmentIssued } from './assignment/assignment-issued';
import { assignmentReleased } from './assignment/assignment-released';
import { consensusAdjudicated } from './consensus/consensus-adjudicated';
import { consensusCorrected } from './consensus/consensus-corrected';
import { consensusDisputed } from './consensus/consensus-disputed';
import { consensusReached } from './consensus/consensus-reached';
import { consensusUpdated } from './consensus/consensus-updated';
import { disputeWithdrawn } from './consensus/dispute-withdrawn';
import { type Contract } from './contract';
import { eventDeadLettered } from './deadletter/event-dead-lettered';
import { disputeClaimed } from './dispute/dispute-claimed';
import { disputeDecided } from './dispute/dispute-decided';
import { disputeReleased } from './dispute/dispute-released';
import { disputeUnresolvable } from './dispute/dispute-unresolvable';
import { checkVoided } from './gold/check-voided';
import { goldActivated } from './gold/gold-activated';
import { goldChecked } from './gold/gold-checked';
import { goldCorrected } from './gold/gold-corrected';
import { goldRetired } from './gold/gold-retired';
import { poolAvailable } from './gold/pool-available';
import { poolWithdrawn } from './gold/pool-withdrawn';
import { inboundAnnotation } from './inbound/inbound-annotation';
import { inboundItem } from './inbound/inbound-item';
import { inboundItemWithdrawal } from './inbound/inbound-item-withdrawal';
import { inboundRetraction } from './inbound/inbound-retraction';
import { itemImported } from './item/item-imported';
import { itemWithdrawn } from './item/item-withdrawn';
import { projectArchived } from './project/project-archived';
import { projectConfigured } from './project/project-configured';
import { decisionPublished } from './public/decision-published';
import { findingPublished } from './public/finding-published';
import { epochPublished } from './reliability/epoch-published';
import { modelChunk } from './reliability/model-chunk';
import { findingCleared } from './standing/finding-cleared';
import { findingRaised } from './standing/finding-raised';
import { tierChanged } from './standing/tier-changed';
import { workerRegistered } from './worker/worker-registered';

/** Every contract, in the order of the README's table. Schemas, AsyncAPI, topics and ACLs are generated from this list. */
export const CATALOGUE: readonly Contract[] = [
  projectConfigured,
  projectArchived,
  workerRegistered,
  itemImported,
  itemWithdrawn,
  annotationSubmitted,
  annotationRevised,
  annotationRetracted,
  assignmentIssued,
  assignmentCompleted,
  assignmentExpired,
  assignmentReleased,
  disputeClaimed,
  disputeReleased,
  disputeDecided,
  disputeUnresolvable,
  consensusUpdated,
  consensusReached,
  consensusDisputed,
  disputeWithdrawn,
  consensusAdjudicated,
  consensusCorrected,
  goldActivated,
  goldCorrected,
  goldRetired,
  poolAvailable,
  poolWithdrawn,
  goldChecked,
  checkVoided,
  modelChunk,
  epochPublished,
  findingRaised,
  findingCleared,
  tierChanged,
  decisionPublished,
  findingPublished,
  inboundAnnotation,
  inboundRetraction,
  inboundItem,
  inboundItemWithdrawal,
  keyIssued,
  keyRevoked,
  eventDeadLettered,
];

const byType = new Map(CATALOGUE.map((contract) => [contract.type, contract]));

/** The contract of a CloudEvents type, or undefined where no version of any contract has it. */
export function contractOf(type: string): Contract | undefined {
  return byType.get(type);
}
