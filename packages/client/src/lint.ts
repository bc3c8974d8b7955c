// What the field's conventions say against a metric's name, help and labels, said when it is registered.
import type { Description } from './snapshot.ts'

/** Base units, each with the words that should not be used for it. */
const UNITS: Readonly<Record<string, string>> = {
  amperes: '',
  bytes: 'bits',
  celsius: 'fahrenheit rankine',
  grams: 'pounds ounces',
  joules: 'calories',
  kelvin: 'kelvins',
  meters: 'inches yards miles',
  metres: '',
  seconds: 'minutes hours days weeks',
  volts: '',
}

const PREFIXES: readonly string[] =
  'pico nano micro milli centi deci deca hecto kilo kibi mega mibi giga gibi tera tebi peta pebi'.split(
    ' ',
  )
const ABBREVIATIONS: readonly string[] = 's ms us ns sec b kb mb gb tb pb m h d'.split(' ')

export interface Linted extends Description {
  readonly labelNames?: readonly string[] | undefined
}

/**
 * One sentence for each problem; none when all is well.
 * @source client_golang promlint, what `promtool check metrics` says
 */
export function lint(family: Linted): string[] {
  return [
    ...ofHelp(family),
    ...ofUnit(family),
    ...ofType(family),
    ...ofLabels(family),
    ...ofName(family),
  ]
}

function* ofHelp({ help }: Linted): Generator<string> {
  if (help === '') yield 'no help text'
}

function* ofUnit({ name }: Linted): Generator<string> {
  for (const word of name.split('_')) {
    const base = baseUnitOf(word) ?? prefixedBaseOf(word)
    if (base === undefined) continue
    if (base !== word) yield `use base unit "${base}" instead of "${word}"`
    return
  }
}

function prefixedBaseOf(word: string): string | undefined {
  const prefix = PREFIXES.find((one) => word.startsWith(one) && baseUnitOf(word.slice(one.length)))
  return prefix === undefined ? undefined : baseUnitOf(word.slice(prefix.length))
}

function baseUnitOf(word: string): string | undefined {
  if (Object.hasOwn(UNITS, word)) return word
  return Object.keys(UNITS).find((base) => word !== '' && UNITS[base]!.split(' ').includes(word))
}

function* ofType({ name, type }: Linted): Generator<string> {
  if (type === 'counter' && !name.endsWith('_total')) {
    yield 'counter metrics should have "_total" suffix'
  }
  if (type === 'unknown') return
  if (type !== 'counter' && name.endsWith('_total')) {
    yield 'non-counter metrics should not have "_total" suffix'
  }
  if (type !== 'histogram' && name.endsWith('_bucket')) {
    yield 'non-histogram metrics should not have "_bucket" suffix'
  }
  if (type !== 'histogram' && type !== 'summary') {
    for (const suffix of ['_count', '_sum']) {
      if (name.endsWith(suffix)) {
        yield `non-histogram and non-summary metrics should not have "${suffix}" suffix`
      }
    }
  }
  const words = name.toLowerCase()
  if (type !== 'info' && (words.includes(`_${type}_`) || words.endsWith(`_${type}`))) {
    yield `metric name should not include type '${type}'`
  }
}

function* ofLabels({ type, labelNames = [] }: Linted): Generator<string> {
  if (type !== 'unknown' && type !== 'histogram' && labelNames.includes('le')) {
    yield 'non-histogram metrics should not have "le" label'
  }
  if (type !== 'unknown' && type !== 'summary' && labelNames.includes('quantile')) {
    yield 'non-summary metrics should not have "quantile" label'
  }
  if (labelNames.some((label) => /[a-z][A-Z]/.test(label))) {
    yield "label names should be written in 'snake_case' not 'camelCase'"
  }
}

function* ofName({ name }: Linted): Generator<string> {
  if (name.includes(':')) yield "metric names should not contain ':'"
  if (/[a-z][A-Z]/.test(name)) {
    yield "metric names should be written in 'snake_case' not 'camelCase'"
  }
  const words = name.toLowerCase()
  if (ABBREVIATIONS.some((one) => words.includes(`_${one}_`) || words.endsWith(`_${one}`))) {
    yield 'metric names should not contain abbreviated units'
  }
}
