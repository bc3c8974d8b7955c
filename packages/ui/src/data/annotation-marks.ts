// Annotations of a dashboard: what a query says happened, as marks in its charts.
import {
  type AnnotationQuery,
  intervalMs,
  type PrometheusData,
  roundInterval,
  type TimeRange,
  type Variables,
} from '@pharos/dashboards'
import type { QueryBatcher } from './query-batch.ts'

export interface Happening {
  readonly fromMs: number
  /** Undefined for what did not last. */
  readonly toMs: number | undefined
  readonly text: string
}

/** More marks than this hide what they mark. */
const MARKS_MAX = 500
const POINTS = 400

export async function fetchHappenings(
  batcher: QueryBatcher,
  annotation: AnnotationQuery,
  variables: Variables,
  range: TimeRange,
  signal: AbortSignal,
): Promise<Happening[]> {
  const stepMs = Math.max(
    1000,
    intervalMs(annotation.step ?? '') ?? roundInterval((range.toMs - range.fromMs) / POINTS),
  )
  const query = variables.interpolateQuery(annotation.expr ?? '', { range, stepMs })
  const align = (ms: number) => (Math.floor(ms / stepMs) * stepMs) / 1000
  const { data } = await batcher.ask(
    { query, start: align(range.fromMs), end: align(range.toMs), step: stepMs / 1000 },
    signal,
  )
  return happeningsOf(data, annotation, stepMs, (text, labels) => filledIn(text, labels))
}

/** A run of values above zero is one happening; with `useValueForTime` each value is the time of one. */
export function happeningsOf(
  data: PrometheusData,
  annotation: AnnotationQuery,
  stepMs: number,
  fill: (text: string, labels: Readonly<Record<string, string>>) => string,
): Happening[] {
  if (data.resultType !== 'matrix') return []
  const found: Happening[] = []
  for (const { metric, values = [] } of data.result) {
    const title = fill(annotation.titleFormat ?? '', metric)
    const body = fill(annotation.textFormat ?? '', metric)
    const text = [title, body].filter(Boolean).join(': ') || annotation.name
    let begin: number | undefined
    let last = NaN
    const end = () => {
      if (begin !== undefined)
        found.push({ fromMs: begin, toMs: last > begin ? last : undefined, text })
      begin = undefined
    }
    const seen = new Set<number>()
    for (const [seconds, value] of values) {
      const ms = seconds * 1000
      if (annotation.useValueForTime === true) {
        const atMs = Number(value)
        if (atMs > 0 && !seen.has(atMs)) found.push({ fromMs: atMs, toMs: undefined, text })
        seen.add(atMs)
        continue
      }
      if (!(Number(value) > 0) || ms - last > stepMs * 1.5) end()
      if (Number(value) > 0) {
        begin ??= ms
        last = ms
      }
    }
    end()
  }
  return found.sort((a, b) => a.fromMs - b.fromMs).slice(0, MARKS_MAX)
}

function filledIn(text: string, labels: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{\s*([^}\s]+)\s*\}\}/g, (_, name: string) =>
    Object.hasOwn(labels, name) ? labels[name]! : '',
  )
}
