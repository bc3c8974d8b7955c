// Annotations of a dashboard: what a query says happened, as marks in its charts.
import {
  type AnnotationQuery,
  type AnsweredSeries,
  answeredSeries,
  intervalMs,
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
  return happeningsOf(answeredSeries(data), annotation, stepMs, (text, labels) =>
    filledIn(text, labels),
  )
}

/** A run of values above zero is one happening; with `useValueForTime` each value is the time of one. */
export function happeningsOf(
  series: readonly AnsweredSeries[],
  annotation: AnnotationQuery,
  stepMs: number,
  fill: (text: string, labels: Readonly<Record<string, string>>) => string,
): Happening[] {
  const found: Happening[] = []
  for (const { metric, times, values } of series) {
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
    for (let i = 0; i < times.length; i++) {
      const ms = times[i]!
      const value = values[i]!
      if (annotation.useValueForTime === true) {
        if (value > 0 && !seen.has(value)) found.push({ fromMs: value, toMs: undefined, text })
        seen.add(value)
        continue
      }
      if (!(value > 0) || ms - last > stepMs * 1.5) end()
      if (value > 0) {
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
