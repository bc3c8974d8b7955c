// Which format an Accept header gets.
import {
  type Escaping,
  type Format,
  OPENMETRICS,
  PROTOBUF,
  type ProtobufFormat,
  TEXT,
} from './format.ts'

const ESCAPINGS: readonly string[] = ['allow-utf-8', 'underscores', 'dots', 'values']
const OPENMETRICS_VERSIONS: readonly string[] = ['', '0.0.1', '1.0.0']

interface Accepted {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/**
 * The format for an Accept header: the acceptable one of highest quality, the classic text when none is.
 * @param isOpen  false leaves OpenMetrics out
 * @source prometheus/common expfmt.NegotiateIncludingOpenMetrics
 */
export function negotiate(accept: string | undefined, isOpen = true): Format {
  let escaping: Escaping = 'underscores'
  for (const one of accepted(accept ?? '')) {
    const wanted = one.parameters.get('escaping') ?? ''
    // A scheme holds on for the entries after it, also when its own format is not ours.
    if (ESCAPINGS.includes(wanted)) escaping = wanted as Escaping
    const version = one.parameters.get('version') ?? ''
    if (one.type === 'application/vnd.google.protobuf') {
      const encoding = one.parameters.get('encoding')
      const isFamily = one.parameters.get('proto') === 'io.prometheus.client.MetricFamily'
      if (isFamily && isEncoding(encoding)) return { ...PROTOBUF, version: encoding, escaping }
    }
    if (isOpen && one.type === 'application/openmetrics-text') {
      if (!OPENMETRICS_VERSIONS.includes(version)) continue
      return { ...OPENMETRICS, version: version === '1.0.0' ? '1.0.0' : '0.0.1', escaping }
    }
    if (
      one.type === 'text/plain' &&
      (version === '' || version === '0.0.4' || version === '1.0.0')
    ) {
      return { ...TEXT, version: version === '1.0.0' ? '1.0.0' : '0.0.4', escaping }
    }
  }
  return { ...TEXT, escaping }
}

function isEncoding(encoding: string | undefined): encoding is ProtobufFormat['version'] {
  return encoding === 'delimited' || encoding === 'text' || encoding === 'compact-text'
}

/** Whether a body may be compressed with gzip for this Accept-Encoding. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return accepted(acceptEncoding ?? '').some((one) => one.type === 'gzip' && one.quality > 0)
}

/** Entries of an Accept header, the best first, equals in their order. */
function accepted(header: string): Accepted[] {
  return header
    .slice(0, 8192)
    .split(',')
    .map((entry) => {
      const [type = '', ...rest] = entry.split(';').map((part) => part.trim())
      const parameters = new Map(
        rest.map((part) => {
          const at = part.indexOf('=')
          const value = part
            .slice(at + 1)
            .trim()
            .replace(/^"(.*)"$/, '$1')
          return at < 0 ? ([part, ''] as const) : ([part.slice(0, at).trim(), value] as const)
        }),
      )
      const quality = Number(parameters.get('q') ?? 1)
      return { type: type.toLowerCase(), parameters, quality: quality >= 0 ? quality : 0 }
    })
    .filter((one) => one.type !== '')
    .sort((a, b) => b.quality - a.quality)
}
