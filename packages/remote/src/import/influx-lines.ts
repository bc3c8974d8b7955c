// Lines of InfluxDB's protocol: measurement,tag=value,… field=value,… time. Each field becomes a series
// measurement_field; fields of text that is no number are passed over.
import { UserError } from '@pharos/base'
import {
  badLine,
  type ImportedSeries,
  type LineReader,
  numberOf,
  quoted,
} from './imported-series.ts'

/** ms of one unit of a time. */
const PRECISIONS: ReadonlyMap<string, number> = new Map([
  ['', 1e-6],
  ['n', 1e-6],
  ['ns', 1e-6],
  ['u', 1e-3],
  ['us', 1e-3],
  ['µ', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/**
 * @param precision  of times: `ns`, `us`, `ms`, `s`, `m`, `h`; '' is ns
 * @param db         becomes the label `db` where no tag has that name; '' for none
 * @param nowMs      the time of lines that have none
 * @throws UserError `import/format`
 * @source InfluxDB line protocol reference; names as VictoriaMetrics docs, /write, have them
 */
export function influxReader(precision: string, db: string, nowMs: number): LineReader {
  const unitMs = PRECISIONS.get(precision)
  if (unitMs === undefined) {
    const known = [...PRECISIONS.keys()].filter((one) => one !== '').join(', ')
    throw new UserError(
      'import/format',
      `precision wants one of ${known}, has ${quoted(precision)}`,
    )
  }
  return (line) => {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) return []
    const head = piece(text, 0, ' ')
    const fields = piece(text, head.end + 1, ' ')
    const time = text.slice(fields.end + 1).trim()
    if (fields.text === '') throw badLine(`fields are missing behind ${quoted(head.text)}`)
    if (time !== '' && !/^-?\d+$/.test(time))
      throw badLine(`the time wants a whole number, has ${quoted(time)}`)
    // Of nanoseconds a double keeps the milliseconds, which are all that is kept.
    const timeMs = time === '' ? nowMs : Math.floor(Number(time) * unitMs)
    const [measurement = '', ...tags] = parts(head.text)
    const labels = new Map<string, string>()
    for (const tag of tags) {
      const [name, value] = pair(tag, 'tag')
      if (value !== '') labels.set(name, value)
    }
    if (db !== '' && !labels.has('db')) labels.set('db', db)
    return parts(fields.text).flatMap((field): ImportedSeries[] => {
      const [name, value] = pair(field, 'field')
      const number = valueOf(value, name)
      if (number === undefined) return []
      const metric = `${unescaped(measurement)}_${name}`
      return [
        { labels: new Map([...labels, ['__name__', metric]]), timesMs: [timeMs], values: [number] },
      ]
    })
  }
}

/** Up to an end that is neither escaped nor inside of quotes. */
function piece(line: string, from: number, ending: string): { text: string; end: number } {
  let isQuoted = false
  for (let at = from; at < line.length; at++) {
    const char = line[at]
    if (char === '\\') at++
    // Quotes only count in values of fields.
    else if (char === '"' && (isQuoted || line[at - 1] === '=')) isQuoted = !isQuoted
    else if (char === ending && !isQuoted) return { text: line.slice(from, at), end: at }
  }
  if (isQuoted) throw badLine(`a quote is not closed: ${quoted(line.slice(from))}`)
  return { text: line.slice(from), end: line.length }
}

function parts(text: string): string[] {
  const found: string[] = []
  for (let at = 0; at <= text.length;) {
    const { text: one, end } = piece(text, at, ',')
    found.push(one)
    at = end + 1
  }
  return found
}

function pair(text: string, what: string): [name: string, value: string] {
  const { text: name, end } = piece(text, 0, '=')
  if (end === text.length || name === '')
    throw badLine(`a ${what} wants name=value, has ${quoted(text)}`)
  const value = text.slice(end + 1)
  return [unescaped(name), value.startsWith('"') ? value : unescaped(value)]
}

function unescaped(text: string): string {
  return text.replace(/\\([,= \\"])/g, '$1')
}

/** @returns undefined for text */
function valueOf(text: string, name: string): number | undefined {
  if (text.startsWith('"')) {
    const inner = text.slice(1, -1)
    return inner !== '' && Number.isFinite(Number(inner)) ? Number(inner) : undefined
  }
  if (/^(t|true)$/i.test(text)) return 1
  if (/^(f|false)$/i.test(text)) return 0
  return numberOf(text.replace(/[iu]$/, ''), `field ${quoted(name)}`)
}
