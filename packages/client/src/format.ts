// The exposition formats that the client writes, and names for readers that take only the old characters.

export type Escaping = 'allow-utf-8' | 'underscores' | 'dots' | 'values'

export type TextFormat = {
  readonly kind: 'text' | 'openmetrics'
  readonly version: '0.0.4' | '1.0.0' | '0.0.1'
  readonly escaping: Escaping
  /** Adds `_created` lines to OpenMetrics. */
  readonly hasCreated?: boolean
}

/** io.prometheus.client.MetricFamily: with its length before each, or as text for people. */
export type ProtobufFormat = {
  readonly kind: 'protobuf'
  readonly version: 'delimited' | 'text' | 'compact-text'
  readonly escaping: Escaping
}

export type Format = TextFormat | ProtobufFormat

export const TEXT: TextFormat = { kind: 'text', version: '0.0.4', escaping: 'underscores' }
export const OPENMETRICS: TextFormat = {
  kind: 'openmetrics',
  version: '1.0.0',
  escaping: 'underscores',
}
export const PROTOBUF: ProtobufFormat = {
  kind: 'protobuf',
  version: 'delimited',
  escaping: 'underscores',
}

/** The Content-Type that goes with a format. */
export function contentTypeOf(format: Format): string {
  if (format.kind === 'protobuf') {
    return `application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=${format.version}; escaping=${format.escaping}`
  }
  const type = format.kind === 'text' ? 'text/plain' : 'application/openmetrics-text'
  return `${type}; version=${format.version}; charset=utf-8; escaping=${format.escaping}`
}

const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

export function isLegacyMetricName(name: string): boolean {
  return LEGACY_METRIC.test(name)
}

export function isLegacyLabelName(name: string): boolean {
  return LEGACY_LABEL.test(name)
}

/** A name in the characters that `escaping` allows. @source prometheus/common model.EscapeName */
export function escapedName(name: string, escaping: Escaping): string {
  if (name === '' || escaping === 'allow-utf-8') return name
  if (escaping !== 'dots' && LEGACY_METRIC.test(name)) return name
  let text = escaping === 'values' ? 'U__' : ''
  let isFirst = true
  for (const c of name) {
    const isLegacy = /[a-zA-Z_:]/.test(c) || (!isFirst && /[0-9]/.test(c))
    isFirst = false
    if (escaping === 'underscores') text += isLegacy ? c : '_'
    else if (c === '_') text += '__'
    else if (isLegacy) text += c
    else if (escaping === 'dots') text += c === '.' ? '_dot_' : '__'
    else text += c.isWellFormed() ? `_${c.codePointAt(0)!.toString(16)}_` : '_FFFD_'
  }
  return text
}
