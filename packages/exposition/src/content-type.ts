// Which parser a scraped body gets: the target's Content-Type decides, or the configured fallback.

import { goQuote } from '@pharos/model'

export type BodyFormat = 'text' | 'openmetrics' | 'protobuf'

export interface ParserChoice {
  /** undefined: the scrape fails with `warning`. */
  readonly format: BodyFormat | undefined
  /** What to say of the Content-Type, in the reference's words; also set when the fallback helped. */
  readonly warning: string | undefined
}

const FORMATS: ReadonlyMap<string, BodyFormat> = new Map([
  ['text/plain', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/vnd.google.protobuf', 'protobuf'],
])

/** The media type that a scrape protocol of the configuration stands for. */
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['PrometheusProto', 'application/vnd.google.protobuf'],
  ['PrometheusText0.0.4', 'text/plain'],
  ['PrometheusText1.0.0', 'text/plain'],
  ['OpenMetricsText0.0.1', 'application/openmetrics-text'],
  ['OpenMetricsText1.0.0', 'application/openmetrics-text'],
])

/**
 * The parser for a body.
 *
 * @param contentType       the header as received, '' when there is none
 * @param fallbackProtocol  `fallback_scrape_protocol`, for example `PrometheusText0.0.4`; '' when not configured
 * @source                  Prometheus 3.14 textparse.extractMediaType
 */
export function parserFor(contentType: string, fallbackProtocol = ''): ParserChoice {
  const fallback = PROTOCOLS.get(fallbackProtocol) ?? ''
  const fallbackFormat = FORMATS.get(fallback)
  const using = `, using fallback_scrape_protocol ${goQuote(fallback)}`
  const none = ' and no fallback_scrape_protocol specified for target'
  const ending = fallback === '' ? none : using
  if (contentType === '') {
    const warning = `non-compliant scrape target sending blank Content-Type${ending}`
    return { format: fallbackFormat, warning }
  }
  const parsed = mediaTypeOf(contentType)
  if ('fault' in parsed) {
    const type = goQuote(contentType)
    const warning =
      fallback === ''
        ? `cannot parse Content-Type ${type} and no fallback_scrape_protocol for target`
        : `could not parse received Content-Type ${type}${using}`
    return { format: fallbackFormat, warning: `${warning}\nmime: ${parsed.fault}` }
  }
  const format = FORMATS.get(parsed.type)
  if (format !== undefined) return { format, warning: undefined }
  const warning = `received unsupported Content-Type ${goQuote(contentType)}${ending}`
  return { format: fallbackFormat, warning }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/

interface MediaType {
  /** In lower case, `type/subtype`. */
  readonly type: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

/** A media type with its parameters, or what is wrong with it in the words of Go's package mime. */
export function mediaTypeOf(header: string): MediaType | { readonly fault: string } {
  const semicolon = header.indexOf(';')
  const base = (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase()
  const type = TOKEN.exec(base)?.[0]
  if (type === undefined) return { fault: 'no media type' }
  if (type !== base) {
    if (base[type.length] !== '/') return { fault: 'unexpected content after media type' }
    const subtype = TOKEN.exec(base.slice(type.length + 1))?.[0]
    if (subtype === undefined) return { fault: 'expected token after slash' }
    if (type.length + 1 + subtype.length !== base.length)
      return { fault: 'unexpected content after media subtype' }
  }
  const parameters = new Map<string, string>()
  let rest = semicolon < 0 ? '' : header.slice(semicolon)
  while (rest.trim() !== '') {
    const match =
      /^\s*;\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*(?:"((?:\\.|[^"\\\r\n])*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z]+))/.exec(
        rest,
      )
    if (match === null) {
      if (rest.trim() === ';') break
      return { fault: 'invalid media parameter' }
    }
    const name = match[1]!.toLowerCase()
    if (parameters.has(name)) return { fault: 'duplicate parameter name' }
    parameters.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '')
    rest = rest.slice(match[0].length)
  }
  return { type: base, parameters }
}
