// What a query variable asks for, in the little language of the Prometheus data source.
import { objectOf, textOf } from '../json.ts'
import type { PrometheusData } from '../prometheus-answer.ts'
import type { TimeRange } from '../time/time-range.ts'
import type { VariableModel } from '../dashboard.ts'
import { patternOf } from '../pattern.ts'
import type { VariableSource } from './variable.ts'

/** The text of the query, whether it is stored as one or within an object; variables not filled in yet. */
export function queryTextOf({ query, definition }: VariableModel): string {
  if (typeof query === 'string') return query
  const parts = objectOf(query)
  return (
    textOf(parts['query']) || textOf(parts['expr']) || builtQuery(parts) || textOf(definition) || ''
  )
}

const LABEL_NAMES = 0
const LABEL_VALUES = 1
const METRICS = 2
const QUERY_RESULT = 3
const SERIES = 4
const CLASSIC = 5

/** The form that a builder in the editor stores. */
function builtQuery(parts: Readonly<Record<string, unknown>>): string {
  const text = (key: string): string => textOf(parts[key]) ?? ''
  switch (parts['qryType']) {
    case LABEL_NAMES:
      return `label_names(${text('match')})`
    case LABEL_VALUES:
      return text('metric') === ''
        ? `label_values(${text('label')})`
        : `label_values(${text('metric')}, ${text('label')})`
    case METRICS:
      return `metrics(${text('metric')})`
    case QUERY_RESULT:
      return `query_result(${text('varQuery')})`
    case SERIES:
      return text('seriesQuery')
    case CLASSIC:
      return text('classicQuery')
    default:
      return ''
  }
}

/**
 * The texts that a query finds.
 *
 * @param query  with variables filled in: `label_values(up, job)`, `label_names()`, `metrics(go_.*)`,
 *               `query_result(topk(3, up))`, or a series selector
 * @throws what the source throws
 */
export async function findTexts(
  query: string,
  source: VariableSource,
  range: TimeRange,
): Promise<readonly string[]> {
  const trimmed = query.trim()
  if (trimmed === '') return []
  const call = /^(label_values|label_names|metrics|query_result)\s*\((.*)\)$/s.exec(trimmed)
  if (call === null) return (await source.series(trimmed, range)).map(seriesText)
  const [, name, body = ''] = call
  const argument = body.trim()
  if (name === 'label_names')
    return source.labelNames(
      argument === '' || argument === '.*' ? [] : [selectorOf(argument)],
      range,
    )
  if (name === 'metrics') {
    const names = await source.labelValues('__name__', [], range)
    const pattern = patternOf(`/${argument || '.*'}/`)
    return pattern === undefined ? [] : names.filter((metric) => pattern.test(metric))
  }
  if (name === 'query_result') return resultTexts(await source.query(argument, range))
  const comma = lastComma(argument)
  const label = argument.slice(comma + 1).trim()
  if (label === '') return []
  return source.labelValues(label, comma < 0 ? [] : [argument.slice(0, comma).trim()], range)
}

/** `label_names(up)` and `label_names({job="x"})` name series; anything else is a pattern of metric names. */
function selectorOf(text: string): string {
  return /^[a-zA-Z_:][\w:]*$/.test(text) || text.includes('{')
    ? text
    : `{__name__=~${JSON.stringify(text)}}`
}

/** The comma before the label: the last one outside of braces and quotes. */
function lastComma(text: string): number {
  const close = Math.max(text.lastIndexOf('}'), text.lastIndexOf(')'))
  const comma = text.lastIndexOf(',')
  return comma > close ? comma : -1
}

function seriesText(labels: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...rest } = labels
  const pairs = Object.entries(rest).map(([label, value]) => `${label}="${value}"`)
  return `${name}{${pairs.join(',')}}`
}

function resultTexts(data: PrometheusData): string[] {
  if (data.resultType === 'vector')
    return data.result.map(({ metric, value }) => {
      const [seconds, text] = value ?? [0, '']
      const { __name__: name = '', ...rest } = metric
      const pairs = Object.entries(rest).map(([label, one]) => `${label}="${one}"`)
      return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${text} ${Math.round(seconds * 1000)}`
    })
  if (data.resultType === 'matrix' || data.resultType === 'columns') return []
  return [data.result[1]]
}
