import { contract } from '../contract';
import { OneOf } from '../fields';
import { GOLD_CHECKS } from '../topics';
import { workerKey } from '../worker/worker-key';
import { CheckRef } from './gold-checked';

/** Why a check counts no more: its item is gold no more or was withdrawn, or the annotation counts no more. */
export const VOID_REASONS = ['gold-retired', 'item-withdrawn', 'annotation-outdone'] as const;
export type VoidReason = (typeof VOID_REASONS)[number];

/** A check that counts no more. A later version may count again. */
export class CheckVoided extends CheckRef {
  @OneOf(VOID_REASONS)
  reason!: VoidReason;
}

export const checkVoided = contract({
  type: 'assay.gold.check-voided.v1',
  summary: 'A comparison with a known label counts no more.',
  topic: GOLD_CHECKS,
  key: workerKey,
  data: CheckVoided,
  producers: ['gold'],
  consumers: ['scoring'],
});
