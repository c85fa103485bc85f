import { type Tempering } from './published-model';

/**
 * Tempering without gold, from the `perLabel` under which held-out labels are most probable.
 *
 * Held-out labels see only a part of the correlation: the matrices were fitted to posteriors that already share it, the more so the fewer labels
 * an item has (with five an item they often see none where gold shows .4). So half of what they see is added to .3, which is where
 * populations of all sorts lie, and no more than 1 is believed.
 */
export function temperingOf(heldOut: number): Tempering {
  return { temperature: 1, perLabel: Math.min(1, 0.3 + heldOut / 2), lapse: 0.01 };
}
