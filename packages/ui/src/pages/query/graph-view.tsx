import { keepPreviousData, useQuery } from '@tanstack/react-query'
import {
  type ComponentProps,
  type ComponentType,
  type ReactNode,
  useCallback,
  useMemo,
  useState,
} from 'react'
import type uPlot from 'uplot'
import type { Api } from '../../data/api.ts'
import type { QueryData } from '../../data/api-types.ts'
import { distinctNames } from '../../data/distinct-names.ts'
import { type Frame, frameOf } from '../../data/frame.ts'
import { type QueryPanelState, stepSecondsFor } from '../../data/query-link.ts'
import { graphQuestion } from '../../data/query-questions.ts'
import { formatStep } from '../../data/time.ts'
import { Segmented } from '../../kit/segmented.tsx'
import { EmptyState, Skeleton, StaleNote } from '../../kit/states.tsx'
import { useServices, useText } from '../../services.tsx'
import { createCursorStore } from '../../viz/chart-cursor.ts'
import { LegendTable } from '../../kit/legend-table.tsx'
import { TimeChart } from '../../viz/time-chart.tsx'
import { useLoaded } from '../../viz/use-loaded.ts'
import { useHidden } from '../../viz/use-hidden.ts'
import { isWorthRetrying } from '../use-api.ts'
import { Controls } from './controls.tsx'
import type { HeatGraphProps } from './heat-graph.tsx'
import { Messages, QueryFault } from './messages.tsx'
import { RangeControl } from './range-control.tsx'
import { ResolutionControl } from './resolution-control.tsx'
import { useSeriesDialog } from './use-series-dialog.tsx'

/** More lines than this tell nothing and take seconds to draw. */
const SERIES_DRAWN_MAX = 300
const HEIGHT_PX = 400
const HEIGHT_PHONE_PX = 260

export interface ViewProps {
  readonly panel: QueryPanelState
  readonly runMs: number
  readonly bar: HTMLElement | null
  readonly onChange: (panel: QueryPanelState) => void
  readonly onNow: () => void
}

interface Graph {
  readonly frame: Frame
  readonly found: number
  readonly hasHistograms: boolean
  /** As it was answered, when it has buckets to be drawn as a heatmap. */
  readonly buckets: QueryData | undefined
  readonly step: number
  readonly startMs: number
  readonly endMs: number
  readonly elapsedMs: number
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

export function GraphView(props: ViewProps): ReactNode {
  const { panel, runMs, onChange } = props
  const { api } = useServices()
  const t = useText()
  const endMs = panel.endMs ?? runMs
  const step = stepSecondsFor(panel.rangeSeconds, panel.resolution)
  const graph = useQuery({
    queryKey: ['graph', panel.expr, panel.rangeSeconds, step, endMs],
    queryFn: ({ signal }) => fetchGraph(api, panel, endMs, step, signal),
    placeholderData: keepPreviousData,
    structuralSharing: false,
    staleTime: Infinity,
    retry: isWorthRetrying,
  })
  const zoom = (fromMs: number, toMs: number) =>
    onChange({
      ...panel,
      endMs: toMs,
      rangeSeconds: Math.max(1, Math.round((toMs - fromMs) / 1000)),
    })
  return (
    <>
      <Controls bar={props.bar}>
        <span className="query-stats" aria-live="polite">
          {graph.data !== undefined && graph.error === null && (
            <>
              {Math.round(graph.data.elapsedMs)} ms ·{' '}
              {t('query.series', { count: graph.data.found })} ·{' '}
              {t('query.step', { step: formatStep(step) })}
            </>
          )}
        </span>
        <RangeControl panel={panel} runMs={runMs} onChange={onChange} onNow={props.onNow} />
        <ResolutionControl panel={panel} onChange={onChange} />
        <Segmented
          label={t('query.display')}
          value={panel.display}
          options={[
            { value: 'lines', label: t('query.lines') },
            { value: 'stacked', label: t('query.stacked') },
            ...(graph.data?.buckets === undefined
              ? []
              : [{ value: 'heatmap' as const, label: t('query.heatmap') }]),
          ]}
          onChange={(display) => onChange({ ...panel, display })}
        />
        <ExemplarSwitch panel={panel} onChange={onChange} />
      </Controls>
      {graph.error !== null && <QueryFault error={graph.error} expr={panel.expr} />}
      {graph.error !== null && graph.data !== undefined && (
        <StaleNote sinceMs={graph.dataUpdatedAt} onRetry={() => void graph.refetch()} />
      )}
      {graph.data === undefined && graph.error === null && <Skeleton heightPx={chartHeight()} />}
      {graph.data !== undefined && graph.error === null && (
        <div className={graph.isPlaceholderData ? 'is-waiting' : undefined}>
          <Messages warnings={graph.data.warnings} infos={graph.data.infos} />
          <Drawn
            graph={graph.data}
            panel={panel}
            onZoom={zoom}
            onZoomOut={() => onChange({ ...panel, rangeSeconds: panel.rangeSeconds * 2 })}
          />
        </div>
      )}
    </>
  )
}

/** In the link of the reference's own name. */
const EXEMPLARS_KEY = 'show_exemplars'

function ExemplarSwitch({ panel, onChange }: Pick<ViewProps, 'panel' | 'onChange'>): ReactNode {
  const t = useText()
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={wantsExemplars(panel)}
        onChange={(event) => onChange(withExemplars(panel, event.target.checked))}
      />
      {t('query.exemplars')}
    </label>
  )
}

function wantsExemplars({ kept }: QueryPanelState): boolean {
  return kept.some(([key]) => key === EXEMPLARS_KEY)
}

function withExemplars(panel: QueryPanelState, isOn: boolean): QueryPanelState {
  const kept = panel.kept.filter(([key]) => key !== EXEMPLARS_KEY)
  return { ...panel, kept: isOn ? [...kept, [EXEMPLARS_KEY, '1']] : kept }
}

async function fetchGraph(
  api: Api,
  panel: QueryPanelState,
  endMs: number,
  step: number,
  signal: AbortSignal,
): Promise<Graph> {
  const end = endMs / 1000
  const start = end - panel.rangeSeconds
  const { path, params } = graphQuestion(panel, endMs)
  const { data, ...rest } = await api.get<QueryData>(path, params, signal)
  const matrix = data.resultType === 'matrix' ? data.result : []
  const drawable = matrix.filter(({ values }) => values !== undefined)
  return {
    ...rest,
    frame: frameOf(drawable.slice(0, SERIES_DRAWN_MAX), start, end, step),
    found: matrix.length,
    hasHistograms: drawable.length < matrix.length,
    buckets: matrix.some(({ metric, values }) => values === undefined || 'le' in metric)
      ? data
      : undefined,
    step,
    startMs: start * 1000,
    endMs,
  }
}

function chartHeight(): number {
  return window.innerWidth < 760 ? HEIGHT_PHONE_PX : HEIGHT_PX
}

function Drawn(props: {
  graph: Graph
  panel: QueryPanelState
  onZoom: (fromMs: number, toMs: number) => void
  onZoomOut: () => void
}): ReactNode {
  const { frame, found, startMs, endMs, hasHistograms } = props.graph
  const t = useText()
  const [cursor] = useState(createCursorStore)
  const [highlight, setHighlight] = useState<number | undefined>(undefined)
  const full = useMemo(() => frame.series.map(({ name }) => name), [frame])
  const short = useMemo(() => distinctNames(frame.series), [frame])
  const [hidden, setHidden] = useHidden(full)
  const about = useSeriesDialog(props.panel.expr)
  if (found === 0)
    return <EmptyState icon="chart" title={t('query.noResult')} hint={t('query.noResultHint')} />
  const isHeat = props.panel.display === 'heatmap' || (frame.series.length === 0 && hasHistograms)
  if (isHeat && props.graph.buckets !== undefined)
    return (
      <HeatHost
        title={props.panel.expr}
        data={props.graph.buckets}
        stepSeconds={props.graph.step}
        heightPx={chartHeight()}
        startMs={startMs}
        endMs={endMs}
        onZoom={props.onZoom}
      />
    )
  const isStacked = props.panel.display === 'stacked'
  return (
    <>
      <GraphWithExemplars
        expr={props.panel.expr}
        isWanted={wantsExemplars(props.panel)}
        title={props.panel.expr}
        frame={frame}
        names={short}
        unit="plain"
        heightPx={chartHeight()}
        startMs={startMs}
        endMs={endMs}
        cursor={cursor}
        stacked={isStacked}
        fill={isStacked ? 0.6 : 0}
        hidden={hidden}
        highlight={highlight}
        onZoom={props.onZoom}
        onZoomOut={props.onZoomOut}
      />
      {found > frame.series.length && (
        <p className="hint under">{t('query.cut', { shown: frame.series.length, count: found })}</p>
      )}
      <LegendTable
        frame={frame}
        names={full}
        unit="plain"
        hidden={hidden}
        onHidden={setHidden}
        onPoint={setHighlight}
        onMore={(index) => about.open(frame.series[index]!.labels)}
      />
      {about.dialog}
    </>
  )
}

function GraphWithExemplars(
  props: ComponentProps<typeof TimeChart> & { expr: string; isWanted: boolean },
): ReactNode {
  const { expr, isWanted, ...chart } = props
  const { loadWords } = useServices()
  const [drawn, setDrawn] = useState<{ readonly plot: uPlot } | undefined>(undefined)
  const keepDrawn = useCallback((plot: uPlot) => setDrawn({ plot }), [])
  const load = useCallback(async () => {
    const [{ GraphExemplars }] = await Promise.all([
      import('./graph-exemplars.tsx'),
      loadWords('dashboards'),
    ])
    return GraphExemplars
  }, [loadWords])
  const Layer = useLoaded(isWanted ? load : undefined)
  return (
    <div className="chart-over">
      <TimeChart {...chart} onDrawn={isWanted ? keepDrawn : undefined} />
      {Layer !== undefined && drawn !== undefined && (
        // Loaded once and kept in state: it is no new component at every render.
        // oxlint-disable-next-line react/static-components
        <Layer drawn={drawn} expr={expr} startMs={chart.startMs} endMs={chart.endMs} />
      )}
    </div>
  )
}

function HeatHost(props: HeatGraphProps): ReactNode {
  const Heat = useLoaded(loadHeat)
  // Loaded once and kept in state: it is no new component at every render.
  // oxlint-disable-next-line react/static-components
  return Heat === undefined ? <Skeleton heightPx={props.heightPx} /> : <Heat {...props} />
}

async function loadHeat(): Promise<ComponentType<HeatGraphProps>> {
  return (await import('./heat-graph.tsx')).HeatGraph
}
