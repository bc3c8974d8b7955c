// Lines of comma-separated values, and a format that says what each column is:
//
//   format := column,…      column := number:metric:name | number:label:name | number:time:unix_s|unix_ms|unix_ns|rfc3339
//
// Columns are numbered from 1; those that are not named are passed over, and an empty value is no sample.
import { UserError } from '@pharos/base'
import {
  badLine,
  type ImportedSeries,
  type LineReader,
  numberOf,
  quoted,
} from './imported-series.ts'

/** Columns of a line; a stranger decides how many. */
const COLUMNS = 10_000

interface Column {
  readonly index: number
  readonly kind: 'metric' | 'label' | 'time'
  /** Of the metric or label, or how the time is written. */
  readonly name: string
}

const TIMES: Readonly<Record<string, (text: string) => number>> = {
  unix_s: (text) => Math.round(numberOf(text, 'the time') * 1000),
  unix_ms: (text) => Math.round(numberOf(text, 'the time')),
  unix_ns: (text) => Math.floor(numberOf(text, 'the time') / 1e6),
  rfc3339: (text) => {
    const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
    const timeMs = isWhole ? Date.parse(text) : NaN
    if (Number.isNaN(timeMs)) throw badLine(`the time wants RFC 3339, has ${quoted(text)}`)
    return timeMs
  },
}

/**
 * @param format  what the columns are
 * @param nowMs   the time of lines that have none
 * @throws UserError `import/format`
 * @source VictoriaMetrics docs, CSV: /api/v1/import/csv
 */
export function csvReader(format: string, nowMs: number): LineReader {
  const columns = columnsOf(format)
  return (line) => {
    if (line.trim() === '') return []
    const fields = fieldsOf(line)
    let timeMs = nowMs
    const labels: [string, string][] = []
    const metrics: [string, number][] = []
    for (const { index, kind, name } of columns) {
      const text = fields[index]
      if (text === undefined) {
        throw badLine(`column ${index + 1} (${kind}) is missing: there are ${fields.length}`)
      }
      if (kind === 'time') timeMs = TIMES[name]!(text)
      else if (text === '') continue
      else if (kind === 'label') labels.push([name, text])
      else metrics.push([name, numberOf(text, `column ${index + 1} (${name})`)])
    }
    return metrics.map(([name, value]): ImportedSeries => ({
      labels: new Map([['__name__', name], ...labels]),
      timesMs: [timeMs],
      values: [value],
    }))
  }
}

function columnsOf(format: string): Column[] {
  if (format === '') throw badFormat('the parameter format is missing: 1:metric:name,2:time:unix_s')
  const columns = format.split(',').map((text): Column => {
    const [number = '', kind = '', ...rest] = text.split(':')
    const name = rest.join(':')
    const index = Number(number) - 1
    if (!/^\d+$/.test(number) || index < 0 || index >= COLUMNS)
      throw badFormat(`${quoted(text)}: column numbers are 1 to ${COLUMNS}`)
    if (kind !== 'metric' && kind !== 'label' && kind !== 'time')
      throw badFormat(`${quoted(text)}: wants metric, label or time, has ${quoted(kind)}`)
    if (name === '') throw badFormat(`${quoted(text)}: a third part is missing`)
    if (kind === 'time' && !Object.hasOwn(TIMES, name))
      throw badFormat(`${quoted(text)}: times are one of ${Object.keys(TIMES).join(', ')}`)
    return { index, kind, name }
  })
  if (!columns.some(({ kind }) => kind === 'metric')) throw badFormat('no column is a metric')
  if (columns.filter(({ kind }) => kind === 'time').length > 1)
    throw badFormat('more than one column is a time')
  return columns
}

function badFormat(message: string): UserError {
  return new UserError('import/format', `format: ${message}`)
}

/** @source RFC 4180, but for line feeds inside quotes */
function fieldsOf(line: string): string[] {
  const fields: string[] = []
  for (let at = 0; at <= line.length;) {
    if (fields.length > COLUMNS) throw badLine(`there are more than ${COLUMNS} columns`)
    if (line[at] !== '"') {
      let end = line.indexOf(',', at)
      if (end < 0) end = line.length
      fields.push(line.slice(at, end))
      at = end + 1
      continue
    }
    let text = ''
    let from = at + 1
    for (;;) {
      const end = line.indexOf('"', from)
      if (end < 0) throw badLine(`a quote is not closed: ${quoted(line.slice(at))}`)
      text += line.slice(from, end)
      from = end + 1
      if (line[from] !== '"') break
      text += '"'
      from++
    }
    if (from < line.length && line[from] !== ',')
      throw badLine(`a comma is missing behind the quote in ${quoted(line.slice(at))}`)
    fields.push(text)
    at = from + 1
  }
  return fields
}
