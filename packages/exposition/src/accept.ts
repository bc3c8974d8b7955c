// What an exporter answers with: the scraper's Accept header against the formats we can write.

import type { EscapingScheme } from '@pharos/model'
import { mediaTypeOf } from './content-type.ts'

/** The Content-Types that can be agreed on, without their escaping. */
export const Format = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics0: 'application/openmetrics-text; version=0.0.1; charset=utf-8',
  openMetrics1: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  openMetrics2: 'application/openmetrics-text; version=2.0.0; charset=utf-8',
  protobuf:
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  protobufText:
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text',
  protobufCompact:
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=compact-text',
} as const
export type Format = (typeof Format)[keyof typeof Format]

const SCHEMES: ReadonlySet<string> = new Set<EscapingScheme>([
  'allow-utf-8',
  'underscores',
  'dots',
  'values',
])

export interface Negotiated {
  readonly format: Format
  readonly escaping: EscapingScheme
  /** The header to answer with. */
  readonly contentType: string
}

interface Wish {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/**
 * The best format for an Accept header; the classic text format when nothing fits.
 *
 * @param accept    the header, '' when there is none
 * @param accepted  what can be written, the most welcome first
 * @param escaping  for names a scraper does not say it can take
 * @source          prometheus/common expfmt.Negotiate, NegotiateIncludingOpenMetrics
 */
export function negotiate(
  accept: string,
  accepted: readonly Format[],
  escaping: EscapingScheme = 'values',
): Negotiated {
  let scheme = escaping
  for (const wish of wishesOf(accept)) {
    const asked = wish.parameters.get('escaping') ?? ''
    // SCHEMES holds nothing else.
    if (SCHEMES.has(asked)) scheme = asked as EscapingScheme
    const format = accepted.find((candidate) => fits(wish, candidate))
    if (format !== undefined) return answer(format, scheme)
  }
  const first = accepted.includes(Format.text) ? Format.text : (accepted[0] ?? Format.text)
  return answer(first, scheme)
}

function answer(format: Format, escaping: EscapingScheme): Negotiated {
  return { format, escaping, contentType: `${format}; escaping=${escaping}` }
}

function fits(wish: Wish, format: Format): boolean {
  if (wish.type === '*/*') return true
  const offered = mediaTypeOf(format)
  if ('fault' in offered || offered.type !== wish.type) return false
  const version = wish.parameters.get('version') ?? ''
  if (wish.type === 'text/plain') return version === '' || version === '0.0.4'
  const own = offered.parameters
  if (own.has('version')) return own.get('version') === (version === '' ? '0.0.1' : version)
  return ['proto', 'encoding'].every((name) => own.get(name) === wish.parameters.get(name))
}

function wishesOf(accept: string): Wish[] {
  const wishes: Wish[] = []
  for (const part of accept.split(',')) {
    const parsed = mediaTypeOf(part)
    if ('fault' in parsed) continue
    const quality = Number(parsed.parameters.get('q') ?? '1')
    wishes.push({ ...parsed, quality: Number.isFinite(quality) ? quality : 1 })
  }
  return wishes.sort((a, b) => b.quality - a.quality)
}
