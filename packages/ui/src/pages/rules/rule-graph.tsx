import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import type { QueryData } from '../../data/api-types.ts'
import { nowMs } from '../../data/browser.ts'
import { type Frame, frameOf } from '../../data/frame.ts'
import { type BacktestData, thresholdOf } from '../../data/rule-draft.ts'
import { EmptyState, ErrorBox, Skeleton } from '../../kit/states.tsx'
import { useServices, useText } from '../../services.tsx'
import { createCursorStore } from '../../viz/chart-cursor.ts'
import { TimeChart } from '../../viz/time-chart.tsx'

const DAY_SECONDS = 86_400
const STEP_SECONDS = 240
const SERIES_MAX = 20
const HEIGHT_PX = 220

/** The expression over the last day, what it is compared with as a line, and when the rule would have fired below. */
export function RuleGraph(props: { expr: string; episodes: BacktestData['episodes'] }): ReactNode {
  const t = useText()
  const { api } = useServices()
  const [endMs] = useState(nowMs)
  const [cursor] = useState(createCursorStore)
  const threshold = useMemo(() => thresholdOf(props.expr), [props.expr])
  const expr = threshold?.expr ?? props.expr
  const end = Math.floor(endMs / 1000)
  const start = end - DAY_SECONDS
  const graph = useQuery({
    queryKey: ['rule-graph', expr, end],
    queryFn: ({ signal }) =>
      api.get<QueryData>('query_range', { query: expr, start, end, step: STEP_SECONDS }, signal),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const frame = useMemo((): Frame | undefined => {
    const data = graph.data?.data
    if (data?.resultType !== 'matrix') return undefined
    const drawn = frameOf(data.result.slice(0, SERIES_MAX), start, end, STEP_SECONDS)
    if (threshold === undefined) return drawn
    const line = {
      name: t('ruleEdit.threshold'),
      labels: {},
      values: drawn.times.map(() => threshold.value),
    }
    return { ...drawn, series: [...drawn.series, line] }
  }, [graph.data, threshold, start, end, t])
  return (
    <section className="card rule-graph" aria-label={t('ruleEdit.graph')}>
      <h2>{t('ruleEdit.graph')}</h2>
      {graph.error !== null ? (
        <ErrorBox error={graph.error} title={t('ruleEdit.refused')} />
      ) : frame === undefined ? (
        <Skeleton heightPx={HEIGHT_PX} />
      ) : frame.series.length === 0 ? (
        <EmptyState icon="chart" title={t('ruleEdit.noData')} />
      ) : (
        <TimeChart
          title={t('ruleEdit.graph')}
          frame={frame}
          names={frame.series.map(({ name }) => name)}
          unit="plain"
          heightPx={HEIGHT_PX}
          startMs={start * 1000}
          endMs={end * 1000}
          cursor={cursor}
        />
      )}
      <FiringSpans episodes={props.episodes} startMs={start * 1000} endMs={end * 1000} />
    </section>
  )
}

/** One row below the graph: red where the rule would have fired. */
function FiringSpans(props: {
  episodes: BacktestData['episodes']
  startMs: number
  endMs: number
}): ReactNode {
  const t = useText()
  const { startMs, endMs } = props
  const spans = props.episodes.flatMap(({ firedAt, endedAt }) => {
    if (firedAt === null) return []
    const from = Math.max(startMs, Date.parse(firedAt))
    const to = endedAt === null ? endMs : Math.min(endMs, Date.parse(endedAt))
    return to > from ? [{ from, to }] : []
  })
  if (spans.length === 0) return null
  const share = (ms: number) => ((ms - startMs) / (endMs - startMs)) * 1000
  return (
    <>
      <p className="hint">{t('ruleEdit.spans', { count: spans.length })}</p>
      <svg
        className="firing-spans"
        viewBox="0 0 1000 8"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <rect width="1000" height="8" fill="var(--track)" />
        {spans.map(({ from, to }) => (
          <rect
            key={`${from}-${to}`}
            x={share(from)}
            width={Math.max(2, share(to) - share(from))}
            height="8"
            fill="var(--crit)"
          />
        ))}
      </svg>
    </>
  )
}
