// `storage.tsdb.downsampling`: how samples are thinned out as they grow old.

import { formatDuration } from '@pharos/model'
import { duration } from './codec.ts'
import { type Refuse, section, type Section } from './section.ts'

export interface DownsamplingFields {
  after: number
  step: number
}

export const downsamplingSection: Section<DownsamplingFields> = section<DownsamplingFields>(
  { after: duration(), step: duration() },
  {
    check({ after, step }, refuse) {
      if (after === 0) refuse('downsampling wants an age above 0', 'after')
      if (step === 0) refuse('downsampling wants a step above 0', 'step')
    },
  },
)

/** Each tier thins out what the one before it has left. Tiers that did not decode are undefined. */
export function checkTiers(
  tiers: readonly (DownsamplingFields | undefined)[],
  refuse: Refuse,
): void {
  for (let i = 1; i < tiers.length; i++) {
    const [before, tier] = [tiers[i - 1], tiers[i]]
    if (before === undefined || tier === undefined) continue
    if (tier.after <= before.after) {
      const message = `must be above ${formatDuration(before.after)}, the age of the tier before`
      refuse(message, 'downsampling', i, 'after')
    }
    // A step of 0 is told already.
    if (before.step === 0 || tier.step === 0) continue
    if (tier.step <= before.step || tier.step % before.step !== 0) {
      const message = `must be a multiple of ${formatDuration(before.step)}, the step of the tier before`
      refuse(message, 'downsampling', i, 'step')
    }
  }
}
