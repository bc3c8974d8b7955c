// The global section and its defaults.

import { quoted, UserError } from '@pharos/base'
import type { Labels } from '@pharos/model'
import { always, byteSize, count, duration, filePath, flag, leaf, openFlag, text } from './codec.ts'
import type { Codec } from './codec.ts'
import { labelMap } from './label-map.ts'
import { isValidLabelName } from '@pharos/model'
import type { NameScheme } from '@pharos/model'
import { list, section } from './section.ts'
import type { Refuse, Section } from './section.ts'
import type { ScrapeProtocol } from './settings.ts'

/** Limits that a scrape section has too, where 0 means "as the global section says". */
export interface LimitFields {
  body_size_limit: number
  sample_limit: number
  target_limit: number
  label_limit: number
  label_name_length_limit: number
  label_value_length_limit: number
  keep_dropped_targets: number
}

export interface GlobalFields extends LimitFields {
  scrape_interval: number
  scrape_timeout: number
  scrape_protocols: readonly string[]
  evaluation_interval: number
  rule_query_offset: number
  query_log_file: string
  scrape_failure_log_file: string
  external_labels: Labels
  metric_name_validation_scheme: NameScheme | ''
  metric_name_escaping_scheme: string
  scrape_native_histograms: boolean | undefined
  convert_classic_histograms_to_nhcb: boolean
  always_scrape_classic_histograms: boolean
  extra_scrape_metrics: boolean | undefined
}

/** Sorted as the reference lists them in its message. */
const SCRAPE_PROTOCOLS: readonly ScrapeProtocol[] = [
  'OpenMetricsText0.0.1',
  'OpenMetricsText1.0.0',
  'PrometheusProto',
  'PrometheusText0.0.4',
  'PrometheusText1.0.0',
]

export const DEFAULT_PROTOCOLS: readonly ScrapeProtocol[] = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
]

export const PROTO_FIRST_PROTOCOLS: readonly ScrapeProtocol[] = [
  'PrometheusProto',
  ...DEFAULT_PROTOCOLS,
]

/** The reference's words for a protocol that it does not know, or undefined. */
export function protocolMistake(name: string): string | undefined {
  if (SCRAPE_PROTOCOLS.includes(name as ScrapeProtocol)) return undefined
  return `unknown scrape protocol ${name}, supported: [${SCRAPE_PROTOCOLS.join(' ')}]`
}

/** Refuses unknown protocols and protocols that stand twice; `whose` ends the message. */
export function checkProtocols(
  names: readonly (string | undefined)[] | undefined,
  whose: string,
  refuse: Refuse,
  ...at: (string | number)[]
): void {
  const seen = new Set<string>()
  names?.forEach((name, i) => {
    if (name === undefined) return
    const mistake = protocolMistake(name)
    if (seen.has(name.toLowerCase()))
      refuse(
        `duplicated protocol in scrape_protocols, got [${names.join(' ')}] for ${whose}`,
        ...at,
        i,
      )
    else if (mistake !== undefined) refuse(`scrape_protocols: ${mistake} for ${whose}`, ...at, i)
    seen.add(name.toLowerCase())
  })
}

export function validationScheme(): Codec<NameScheme | ''> {
  return leaf<NameScheme | ''>({
    wants: 'utf8 or legacy',
    absent: '',
    zero: '',
    decode(s) {
      if (s.text === 'utf8' || s.text === 'legacy' || s.text === '') return s.text
      throw new UserError('config/value', `unrecognized ValidationScheme: ${quoted(s.text)}`)
    },
    show: (v) => v,
  })
}

export const globalSection: Section<GlobalFields> = section<GlobalFields>(
  {
    scrape_interval: duration('1m'),
    scrape_timeout: duration(),
    scrape_protocols: list(text()),
    evaluation_interval: duration('1m'),
    rule_query_offset: duration(),
    query_log_file: filePath(),
    scrape_failure_log_file: filePath(),
    external_labels: labelMap(),
    body_size_limit: byteSize(),
    sample_limit: count(),
    target_limit: count(),
    label_limit: count(),
    label_name_length_limit: count(),
    label_value_length_limit: count(),
    keep_dropped_targets: count(),
    metric_name_validation_scheme: validationScheme(),
    metric_name_escaping_scheme: text(),
    scrape_native_histograms: openFlag(),
    convert_classic_histograms_to_nhcb: flag(),
    always_scrape_classic_histograms: flag(),
    extra_scrape_metrics: openFlag(),
  },
  {
    check(global, refuse) {
      const intervalMs = global.scrape_interval === 0 ? 60_000 : global.scrape_interval
      if (intervalMs !== undefined && (global.scrape_timeout ?? 0) > intervalMs)
        refuse('global scrape timeout greater than scrape interval', 'scrape_timeout')
      checkProtocols(global.scrape_protocols, 'global config', refuse, 'scrape_protocols')
      for (const [name] of global.external_labels ?? []) {
        if (!isValidLabelName(name, global.metric_name_validation_scheme || 'utf8'))
          refuse(`${quoted(name)} is not a valid label name`, 'external_labels', name)
      }
    },
    normalise: (global) => filledGlobal(global),
  },
)

/** Zero means default here, and the timeout is never longer than the interval. */
function filledGlobal(global: GlobalFields): GlobalFields {
  const scrape_interval = global.scrape_interval || 60_000
  return {
    ...global,
    scrape_interval,
    scrape_timeout: global.scrape_timeout || Math.min(10_000, scrape_interval),
    evaluation_interval: global.evaluation_interval || 60_000,
    metric_name_validation_scheme: global.metric_name_validation_scheme || 'utf8',
    scrape_native_histograms: global.scrape_native_histograms ?? false,
    extra_scrape_metrics: global.extra_scrape_metrics ?? false,
  }
}

export interface RuntimeFields {
  gogc: number
}

/** Nothing here has a garbage collector to tune this way; the key is kept for configurations that have it. */
export const runtimeSection: Codec<RuntimeFields> = section<RuntimeFields>(
  { gogc: { ...always(count(75, -1)), isZero: () => false } },
  { normalise: ({ gogc }) => ({ gogc: gogc || 75 }) },
)
