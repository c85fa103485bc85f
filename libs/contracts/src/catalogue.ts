import { keyIssued } from './access/key-issued';
import { keyRevoked } from './access/key-revoked';
import { annotationRetracted } from './annotation/annotation-retracted';
import { annotationRevised } from './annotation/annotation-revised';
import { annotationSubmitted } from './annotation/annotation-submitted';
import { consensusCorrected } from './consensus/consensus-corrected';
import { consensusDisputed } from './consensus/consensus-disputed';
import { consensusReached } from './consensus/consensus-reached';
import { consensusUpdated } from './consensus/consensus-updated';
import { disputeWithdrawn } from './consensus/dispute-withdrawn';
import { type Contract } from './contract';
import { eventDeadLettered } from './deadletter/event-dead-lettered';
import { inboundAnnotation } from './inbound/inbound-annotation';
import { inboundItem } from './inbound/inbound-item';
import { inboundItemWithdrawal } from './inbound/inbound-item-withdrawal';
import { inboundRetraction } from './inbound/inbound-retraction';
import { itemImported } from './item/item-imported';
import { itemWithdrawn } from './item/item-withdrawn';
import { projectArchived } from './project/project-archived';
import { projectConfigured } from './project/project-configured';
import { decisionPublished } from './public/decision-published';
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
  consensusUpdated,
  consensusReached,
  consensusDisputed,
  disputeWithdrawn,
  consensusCorrected,
  decisionPublished,
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
