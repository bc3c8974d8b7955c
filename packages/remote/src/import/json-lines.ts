// Lines of JSON as VictoriaMetrics exports them: {"metric":{"__name__":"up","job":"node"},"values":[1,0],"timestamps":[ms,ms]}
import { badLine, type ImportedSeries, type LineReader, quoted } from './imported-series.ts'

/** @source VictoriaMetrics docs, JSON line format: /api/v1/import */
export const readJsonLine: LineReader = (line) => {
  if (line.trim() === '') return []
  let found: unknown
  try {
    found = JSON.parse(line)
  } catch (cause) {
    throw badLine(`no JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (!isObject(found)) throw badLine(`wants an object, has ${quoted(line)}`)
  const { metric, values, timestamps } = found
  return [seriesOf(metric, values, timestamps)]
}

function seriesOf(metric: unknown, values: unknown, timestamps: unknown): ImportedSeries {
  if (!isObject(metric)) throw badLine('metric wants an object of labels')
  const labels = new Map<string, string>()
  for (const [name, value] of Object.entries(metric)) {
    if (typeof value !== 'string') throw badLine(`label ${quoted(name)} wants text`)
    labels.set(name, value)
  }
  if (!Array.isArray(values)) throw badLine('values wants a list')
  if (!Array.isArray(timestamps)) throw badLine('timestamps wants a list')
  if (values.length !== timestamps.length) {
    throw badLine(
      `there are ${values.length} values and ${timestamps.length} timestamps, which must be as many`,
    )
  }
  const timesMs = timestamps.map((one: unknown) => {
    if (typeof one === 'number' && Number.isInteger(one)) return one
    throw badLine(`timestamps wants whole milliseconds, has ${quoted(JSON.stringify(one) ?? '')}`)
  })
  return { labels, timesMs, values: values.map(valueOf) }
}

/** What JSON has no number for is text, or null. */
function valueOf(one: unknown): number {
  if (typeof one === 'number') return one
  if (one === null || one === 'NaN') return NaN
  if (one === 'Infinity' || one === '+Infinity') return Infinity
  if (one === '-Infinity') return -Infinity
  throw badLine(`values wants numbers, has ${quoted(JSON.stringify(one) ?? '')}`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
