// Names for scrapers that know only [a-zA-Z_:][a-zA-Z0-9_:]*. `values` can be undone, `dots` nearly.

import type { MetricFamily } from './family.ts'
import { METRIC_NAME } from '@pharos/model'

export type EscapingScheme = 'allow-utf-8' | 'underscores' | 'dots' | 'values'

const SCHEMES: ReadonlySet<string> = new Set<EscapingScheme>([
  'allow-utf-8',
  'underscores',
  'dots',
  'values',
])

/** Whether a text is the name of a scheme, as it stands in a Content-Type. */
export function isEscapingScheme(text: string): text is EscapingScheme {
  return SCHEMES.has(text)
}

/** Whether a name needs neither quotes nor escaping as a metric name. */
export function isClassicName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)
}

/** Whether a name needs neither quotes nor escaping as a label name. */
export function isClassicLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)
}

/**
 * A name in the classic alphabet.
 * @source prometheus/common model.EscapeName
 */
export function escapeName(name: string, scheme: EscapingScheme): string {
  if (name === '' || scheme === 'allow-utf-8') return name
  if (scheme !== 'dots' && isClassicName(name)) return name
  let out = scheme === 'values' ? 'U__' : ''
  let first = true
  for (const rune of name) {
    const plain = first ? /[a-zA-Z_:]/.test(rune) : /[a-zA-Z0-9_:]/.test(rune)
    first = false
    if (scheme === 'underscores') out += plain ? rune : '_'
    else if (rune === '_') out += '__'
    else if (plain) out += rune
    else if (scheme === 'dots') out += rune === '.' ? '_dot_' : '__'
    else out += isLoneSurrogate(rune) ? '_FFFD_' : `_${rune.codePointAt(0)!.toString(16)}_`
  }
  return out
}

/**
 * The name before escaping; the input itself when it is no escaped name.
 * @source prometheus/common model.UnescapeName
 */
export function unescapeName(name: string, scheme: EscapingScheme): string {
  if (scheme === 'dots') return name.replaceAll('_dot_', '.').replaceAll('__', '_')
  if (scheme !== 'values' || !name.startsWith('U__')) return name
  let out = ''
  for (let i = 3; i < name.length; i++) {
    if (name[i] !== '_') {
      out += name[i]
      continue
    }
    const code = /^_(?:_|([0-9a-fA-F]{1,6})_)/.exec(name.slice(i))
    if (code === null) return name
    const point = code[1] === undefined ? 0x5f : Number.parseInt(code[1], 16)
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return name
    out += String.fromCodePoint(point)
    i += code[0].length - 1
  }
  return out
}

function isLoneSurrogate(rune: string): boolean {
  return rune.length === 1 && /[\ud800-\udfff]/.test(rune)
}

/** A family with every name in the classic alphabet; the family itself when nothing changes. */
export function escapeFamily(family: MetricFamily, scheme: EscapingScheme): MetricFamily {
  if (scheme === 'allow-utf-8') return family
  // Classic names are left alone here also by `dots`, which alone would double their underscores.
  const escaped = (name: string) => (isClassicName(name) ? name : escapeName(name, scheme))
  return {
    ...family,
    name: escaped(family.name),
    metrics: family.metrics.map((metric) => ({
      ...metric,
      labels: metric.labels.map((text, i) => {
        if (i % 2 === 0) return escaped(text)
        return metric.labels[i - 1] === METRIC_NAME ? escaped(text) : text
      }),
    })),
  }
}
