// The classic text format read into families, as Pushgateway and `check metrics` need it. Stricter than the
// scrape parser: metadata stands once and before its samples, histograms hang together, the last line ends.

import { UserError } from '@pharos/base'
import { isValidLabelName, isValidMetricName, type MetricType } from '@pharos/model'
import type { MetricFamily } from './family.ts'
import { addSample, type BuiltFamily, finished } from './family-build.ts'
import { LineReader, shown } from './line-reader.ts'
import { PARSE_ERROR } from './series-text.ts'

const TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['summary', 'summary'],
  ['untyped', 'unknown'],
  ['histogram', 'histogram'],
  ['gauge_histogram', 'gaugehistogram'],
  ['gaugehistogram', 'gaugehistogram'],
])

export interface FamilyParseOptions {
  /** `classic` refuses names outside [a-zA-Z_:][a-zA-Z0-9_:]*. Default: any UTF-8. */
  readonly names?: 'utf-8' | 'classic'
}

/**
 * The families of a body in the classic text format, in the order they first appear, those without a sample
 * left out.
 *
 * @param body  text, or bytes in UTF-8
 * @throws      UserError `exposition/parse`, `text format parsing error in line N: …`
 * @source      prometheus/common expfmt.TextParser
 */
export function parseFamilies(
  body: string | Uint8Array,
  options: FamilyParseOptions = {},
): MetricFamily[] {
  const reader = new LineReader(typeof body === 'string' ? body : decoded(body))
  const families = new Map<string, BuiltFamily>()
  const classic = options.names === 'classic'
  for (;;) {
    reader.skipToLine()
    if (reader.atEnd()) break
    if (reader.peek() === '#') readComment(reader, families, classic)
    else readSample(reader, families, classic)
  }
  return finished(families)
}

function decoded(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch (cause) {
    throw new UserError(PARSE_ERROR, 'text format parsing error: the body is not UTF-8', { cause })
  }
}

function readComment(
  reader: LineReader,
  families: Map<string, BuiltFamily>,
  classic: boolean,
): void {
  reader.take('#')
  reader.skipBlanks()
  const keyword = reader.word()
  if ((keyword !== 'HELP' && keyword !== 'TYPE') || reader.peek() === '\n') {
    reader.skipLine()
    return
  }
  reader.skipBlanks()
  if (reader.peek() === '\n') return
  const name = reader.peek() === '"' ? reader.quoted('metric name') : reader.name(true)
  if (name === '' || (classic && !isValidMetricName(name, 'legacy')))
    reader.fail('invalid metric name in comment')
  if (reader.peek() === '\n') return
  if (!reader.isBlank()) reader.fail('invalid metric name in comment')
  reader.skipBlanks()
  if (reader.peek() === '\n') return
  const family = familyNamed(families, name)
  if (keyword === 'HELP') {
    if (family.help !== undefined)
      reader.fail(`second HELP line for metric name ${shown(family.name)}`)
    family.help = reader.helpText()
    return
  }
  const word = reader.restOfLine()
  const type = TYPES.get(word.toLowerCase())
  if (family.type !== undefined)
    reader.fail(
      `second TYPE line for metric name ${shown(family.name)}, or TYPE reported after samples`,
    )
  if (type === undefined) reader.fail(`unknown metric type ${shown(word)}`)
  family.type = type
}

/** A metadata line names its family itself; `x_count` may also belong to a summary `x`. */
function familyNamed(families: Map<string, BuiltFamily>, name: string): BuiltFamily {
  let family = families.get(name)
  if (family === undefined) {
    for (const suffix of ['_count', '_sum', '_bucket']) {
      if (!name.endsWith(suffix)) continue
      const base = families.get(name.slice(0, -suffix.length))
      const isHistogram = base?.type === 'histogram' || base?.type === 'gaugehistogram'
      if (base !== undefined && (isHistogram || (base.type === 'summary' && suffix !== '_bucket')))
        return base
    }
    family = { name, help: undefined, type: undefined, metrics: new Map() }
    families.set(name, family)
  }
  return family
}

function readSample(
  reader: LineReader,
  families: Map<string, BuiltFamily>,
  classic: boolean,
): void {
  let name = reader.peek() === '{' ? '' : reader.name(true)
  if (name === '' && reader.peek() !== '{') reader.fail('invalid metric name')
  reader.skipBlanks()
  const labels: string[] = []
  if (reader.peek() === '{') name = readLabels(reader, name, labels, classic)
  if (name === '') reader.fail('invalid metric name')
  reader.skipBlanks()
  const value = reader.number('expected float as value')
  reader.skipBlanks()
  let timestampMs: number | undefined
  if (reader.peek() !== '\n') {
    const text = reader.word()
    if (!/^[+-]?[0-9]+$/.test(text))
      reader.fail(`expected integer as timestamp, got ${shown(text)}`)
    timestampMs = Number(text)
    reader.skipBlanks()
    if (reader.peek() !== '\n')
      reader.fail(`spurious string after timestamp: ${shown(reader.restOfLine())}`)
  }
  const family = familyNamed(families, name)
  family.type ??= 'unknown'
  const suffix = name.slice(family.name.length)
  addSample(reader, family, suffix, labels, value, timestampMs)
}

/** From `{` to after `}`; fills `labels`, returns the metric name. */
function readLabels(
  reader: LineReader,
  nameBefore: string,
  labels: string[],
  classic: boolean,
): string {
  let name = nameBefore
  reader.take('{')
  for (;;) {
    reader.skipBlanks()
    if (reader.peek() === '}') break
    const isQuoted = reader.peek() === '"'
    const label = isQuoted ? reader.quoted('label name') : reader.name(false)
    if (label === '') reader.fail(`invalid label name for metric ${shown(name)}`)
    reader.skipBlanks()
    if (isQuoted && (reader.peek() === ',' || reader.peek() === '}')) {
      if (name !== '') reader.fail(`multiple metric names for metric ${shown(name)}`)
      if (classic && !isValidMetricName(label, 'legacy'))
        reader.fail(`invalid metric name ${shown(label)}`)
      name = label
    } else {
      readLabelValue(reader, name, label, labels, classic)
    }
    reader.skipBlanks()
    if (reader.peek() === ',') reader.take(',')
    else if (reader.peek() !== '}')
      reader.fail(`unexpected end of label value ${shown(labels.at(-1) ?? '')}`)
  }
  reader.take('}')
  return name
}

function readLabelValue(
  reader: LineReader,
  name: string,
  label: string,
  labels: string[],
  classic: boolean,
): void {
  if (label === '__name__') reader.fail(`label name ${shown(label)} is reserved`)
  if (classic && !isValidLabelName(label, 'legacy'))
    reader.fail(`invalid label name ${shown(label)}`)
  if (reader.peek() !== '=')
    reader.fail(`expected '=' after label name, found ${shown(reader.peek())}`)
  reader.take('=')
  reader.skipBlanks()
  if (reader.peek() !== '"')
    reader.fail(`expected '"' at start of label value, found ${shown(reader.peek())}`)
  const value = reader.quoted('label value')
  for (let i = 0; i < labels.length; i += 2) {
    if (labels[i] === label) reader.fail(`duplicate label names for metric ${shown(name)}`)
  }
  labels.push(label, value)
}
