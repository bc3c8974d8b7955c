// Which names are legal, and how a name that an old client cannot take is written for it.

/** `legacy`: letters, digits, underscores (and colons in metric names). `utf8`: any text that is not empty. */
export type NameScheme = 'legacy' | 'utf8'

/** How names beyond the legacy set are written for a client that asked for it. */
export type EscapingScheme = 'allow-utf-8' | 'underscores' | 'dots' | 'values'

const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** @source prometheus/common model.IsValidMetricName */
export function isValidMetricName(name: string, scheme: NameScheme = 'utf8'): boolean {
  return scheme === 'legacy' ? LEGACY_METRIC.test(name) : name !== '' && name.isWellFormed()
}

/** @source prometheus/common model.LabelName.IsValid */
export function isValidLabelName(name: string, scheme: NameScheme = 'utf8'): boolean {
  return scheme === 'legacy' ? LEGACY_LABEL.test(name) : name !== '' && name.isWellFormed()
}

/** Metric name, label names and label values are all legal. @source prometheus labels.Labels.IsValid */
export function areValidLabels(
  { flat }: { readonly flat: readonly string[] },
  scheme: NameScheme = 'utf8',
): boolean {
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!
    const value = flat[i + 1]!
    if (name === '__name__' && !isValidMetricName(value, scheme)) return false
    if (!isValidLabelName(name, scheme) || !value.isWellFormed()) return false
  }
  return true
}

/**
 * A name in legacy characters only. `underscores` loses what it replaces; `dots` keeps dots and underscores
 * apart; `values` can be taken back whole.
 * @source prometheus/common model.EscapeName
 */
export function escapeName(name: string, scheme: EscapingScheme): string {
  if (name === '' || scheme === 'allow-utf-8') return name
  // Dots escapes the underscores of legal names too, or they would come back as something else.
  if (scheme !== 'dots' && LEGACY_METRIC.test(name)) return name
  let escaped = scheme === 'values' ? 'U__' : ''
  let isFirst = true
  for (const character of name) {
    const isLegacy = /[a-zA-Z_:]/.test(character) || (!isFirst && /[0-9]/.test(character))
    isFirst = false
    if (scheme === 'underscores') escaped += isLegacy ? character : '_'
    else if (character === '_') escaped += '__'
    else if (isLegacy) escaped += character
    else if (scheme === 'dots') escaped += character === '.' ? '_dot_' : '__'
    else if (!character.isWellFormed()) escaped += '_FFFD_'
    else escaped += `_${character.codePointAt(0)!.toString(16)}_`
  }
  return escaped
}

/**
 * Takes `dots` or `values` escaping back; a text that is none is returned as it stands.
 * @source prometheus/common model.UnescapeName
 */
export function unescapeName(name: string, scheme: EscapingScheme): string {
  if (scheme === 'dots') return name.replaceAll('_dot_', '.').replaceAll('__', '_')
  if (scheme !== 'values' || !name.startsWith('U__')) return name
  let isBroken = false
  const text = name
    .slice(3)
    .replace(/_(?:(_)|([0-9a-fA-F]{0,5})_|)/g, (_, double?: string, hex?: string) => {
      if (double !== undefined) return '_'
      const code = hex === undefined ? Infinity : parseInt(hex, 16)
      if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) {
        isBroken = true
        return ''
      }
      return String.fromCodePoint(code)
    })
  return isBroken ? name : text
}

/** Letters, digits and underscores stay, each other byte of UTF-8 … becomes `_`. @source strutil.SanitizeLabelName */
export function sanitizeLabelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/gu, '_')
}

/** The same, and never empty nor with a digit in front. @source strutil.SanitizeFullLabelName */
export function sanitizeFullLabelName(name: string): string {
  if (name === '') return '_'
  const text = sanitizeLabelName(name)
  return /^[0-9]/.test(text) ? `_${text.slice(1)}` : text
}
