// What the configuration file says of the store; flags say the rest.

import { quoted, UserError } from '@pharos/base'
import { byteSize, duration, integer, leaf, real, text } from './codec.ts'
import type { Codec } from './codec.ts'
import { checkTiers, downsamplingSection } from './downsampling-section.ts'
import type { DownsamplingFields } from './downsampling-section.ts'
import { list, pointer, section } from './section.ts'
import type { Section } from './section.ts'
import type { StorageSettings } from './settings.ts'
import { storageRemoteSection, storageRemoteSettings } from './storage-remote-section.ts'
import type { StorageRemoteFields } from './storage-remote-section.ts'

interface RetentionFields {
  time: number
  size: number
  percentage: number
}

const retentionSection = section<RetentionFields>(
  { time: duration(), size: byteSize(), percentage: real() },
  {
    check({ size, percentage }, refuse) {
      const name = "'storage.tsdb.retention"
      if (size !== undefined && size < 0)
        refuse(`${name}.size' must be greater than or equal to 0, got ${size}`, 'size')
      if (percentage !== undefined && (percentage < 0 || percentage > 100))
        refuse(`${name}.percentage' must be in the range [0, 100], got ${percentage}`, 'percentage')
    },
  },
)

const floatEncoding = (): Codec<string> =>
  leaf({
    wants: 'xor or xor2',
    absent: '',
    zero: '',
    decode(s) {
      if (['', 'xor', 'xor2'].includes(s.text)) return s.text
      const wants = "must be 'xor' or 'xor2', or the field must be omitted entirely"
      const message = `'storage.tsdb.chunk_encoding.floats' ${wants}, got ${quoted(s.text)}`
      throw new UserError('config/value', message)
    },
    show: (v) => v,
  })

interface RetentionRuleFields {
  match: string
  time: number
}

const retentionRule = section<RetentionRuleFields>(
  { match: text(), time: duration() },
  {
    check({ match, time }, refuse) {
      if (match === '') refuse('a retention rule wants a selector', 'match')
      if (time !== undefined && time <= 0) refuse('a retention rule wants a time above 0', 'time')
    },
  },
)

export interface StorageFields {
  tsdb: {
    out_of_order_time_window: number
    stale_series_compaction_threshold: number
    chunk_encoding: { floats: string }
    retention: RetentionFields
    retention_rules: readonly RetentionRuleFields[]
    downsampling: readonly DownsamplingFields[]
  }
  exemplars: { max_exemplars: number } | undefined
  remote: StorageRemoteFields | undefined
}

export const storageSection: Section<StorageFields> = section<StorageFields>({
  tsdb: section<StorageFields['tsdb']>(
    {
      out_of_order_time_window: duration(),
      stale_series_compaction_threshold: real(),
      chunk_encoding: section({ floats: floatEncoding() }),
      retention: retentionSection,
      retention_rules: list(retentionRule, 'empty or null retention rule'),
      downsampling: list(downsamplingSection, 'empty or null downsampling tier'),
    },
    { check: ({ downsampling = [] }, refuse) => checkTiers(downsampling, refuse) },
  ),
  exemplars: pointer(section({ max_exemplars: integer() })),
  remote: pointer(storageRemoteSection),
})

export function storageSettings({ tsdb, exemplars, remote }: StorageFields): StorageSettings {
  const { time, size, percentage } = tsdb.retention
  return {
    outOfOrderMs: tsdb.out_of_order_time_window,
    retentionMs: time,
    retentionBytes: size,
    retentionPercentage: percentage,
    retentionRules: tsdb.retention_rules.map(({ match, time }) => ({ match, timeMs: time })),
    downsampling: tsdb.downsampling.map(({ after, step }) => ({ afterMs: after, stepMs: step })),
    maxExemplars: exemplars?.max_exemplars,
    remote: storageRemoteSettings(remote),
  }
}
