// Names of OpenTelemetry as names of ours.
//
// @source Prometheus' otlptranslator: metric_namer.go, label_namer.go and unit_namer.go

interface NamingSettings {
  /** Names are made legal the old way: letters, digits, underscores and, in metrics, colons. */
  readonly isEscaped: boolean
  /** Names get their unit and `_total`. */
  readonly hasSuffixes: boolean
  readonly sanitizesUnderscores: boolean
  readonly keepsUnderscores: boolean
}

export type NamedType = 'counter' | 'gauge' | 'other'

const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
}

const PER_UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

/** @param unit  as OpenTelemetry has it, UCUM: `By/s` */
export function metricName(
  name: string,
  unit: string,
  type: NamedType,
  { isEscaped, hasSuffixes }: NamingSettings,
): string {
  if (!isEscaped) return hasSuffixes ? suffixed(name, unit, type) : name
  const parts = hasSuffixes
    ? suffixedParts(name, unit, type)
    : name.split(/[^a-zA-Z0-9:_]+/).filter((part) => part !== '')
  const legal = parts.join('_')
  return /^\d/.test(legal) ? `_${legal}` : legal
}

function suffixedParts(name: string, unit: string, type: NamedType): string[] {
  let parts = name.split(/[^a-zA-Z0-9:]+/).filter((part) => part !== '')
  const [main, per] = unitsOf(unit).map(cleanUnit) as [string, string]
  const newMain = parts.includes(main) ? '' : main
  const newPer = parts.includes(per) ? '' : per
  if (newMain !== '') parts.push(newMain)
  if (newPer !== '') parts.push('per', newPer)
  const end = endOf(unit, type)
  if (end !== '') parts = [...parts.filter((part) => part !== end), end]
  return parts
}

/** The name stays as it is but for what is put behind it. */
function suffixed(name: string, unit: string, type: NamedType): string {
  const [main, per] = unitsOf(unit)
  const end = endOf(unit, type)
  const suffixes = [main, per === '' ? '' : `per_${per}`, end].filter((suffix) => suffix !== '')
  const bare = suffixes.toReversed().reduce(withoutSuffix, name)
  return [bare, ...suffixes].join('_')
}

function withoutSuffix(name: string, suffix: string): string {
  return name.endsWith(suffix) && name.length > suffix.length + 1
    ? name.slice(0, -suffix.length - 1)
    : name
}

function endOf(unit: string, type: NamedType): string {
  if (type === 'counter') return 'total'
  return unit === '1' && type === 'gauge' ? 'ratio' : ''
}

function unitsOf(unit: string): [main: string, per: string] {
  const slash = unit.indexOf('/')
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim()
  const per = slash < 0 ? '' : unit.slice(slash + 1).trim()
  const known = (text: string, names: Readonly<Record<string, string>>): string => {
    if (text === '' || /[{}]/.test(text)) return ''
    return Object.hasOwn(names, text) ? names[text]! : text
  }
  return [known(main, UNITS), known(per, PER_UNITS)]
}

function cleanUnit(unit: string): string {
  return unit.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_/, '')
}

/** '' when nothing of it can be a label. */
export function labelName(name: string, settings: NamingSettings): string {
  if (!settings.isEscaped || name === '') return name
  let legal = name.replace(/[^a-zA-Z0-9_]/g, '_')
  if (!settings.keepsUnderscores) legal = legal.replace(/_+/g, '_')
  if (/^\d/.test(legal)) return `key_${legal}`
  const isPrivate = legal.startsWith('_') && !legal.startsWith('__')
  return settings.sanitizesUnderscores && isPrivate ? `key${legal}` : legal
}
