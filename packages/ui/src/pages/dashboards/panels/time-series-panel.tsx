// Series over time with their legend.
import { type ComponentType, memo, type ReactNode, useCallback, useMemo, useState } from 'react'
import type uPlot from 'uplot'
import { legendHeightPx, legendWidthPx, PlotLegend } from '../../../kit/plot-legend.tsx'
import type { Exemplar } from '../../../data/exemplars.ts'
import { useLoaded } from '../../../viz/use-loaded.ts'
import { useSettings } from '../../../services.tsx'
import { createCursorStore } from '../../../viz/chart-cursor.ts'
import type { TooltipMode } from '../../../viz/chart-tooltip.tsx'
import { type LegendPlan, legendPlan } from '../../../viz/legend-items.ts'
import { type FieldLinks, useFieldLinks } from '../../../viz/link-context.tsx'
import { numberOption, objectOption, oneOf, type PanelProps } from '../../../viz/panel-props.ts'
import { type PlotPlan, plotPlan } from '../../../viz/plot-plan.ts'
import type { PlotMark } from '../../../viz/plot-series.ts'
import { Plot } from '../../../viz/plot.tsx'
import { NoData } from '../../../viz/no-data.tsx'
import { useHidden } from '../../../viz/use-hidden.ts'
import { useScene } from '../dashboard-context.tsx'
import type { PanelViewProps } from './panel-view-props.ts'
import type { PickedLinksProps } from './picked-links.tsx'
import type { SeriesExemplarsProps } from './series-exemplars.tsx'

interface SeriesPanelProps extends PanelProps {
  /** Panels of one group share their cursor, and with `isShared` their tooltip. */
  readonly group: string | undefined
  readonly isShared: boolean
  readonly marks: readonly PlotMark[]
  readonly exemplars: readonly Exemplar[]
  readonly onZoom: ((startMs: number, endMs: number) => void) | undefined
  readonly onZoomOut: (() => void) | undefined
}

export function TimeSeriesPanel(props: PanelViewProps): ReactNode {
  const { session, marks } = useScene()
  const { graphTooltip, uid = '' } = session.dashboard
  return (
    <SeriesPanel
      {...props.plain}
      group={graphTooltip === 0 ? undefined : `d-${uid}`}
      isShared={graphTooltip === 2}
      marks={marks}
      exemplars={props.exemplars}
      onZoom={props.onZoom}
      onZoomOut={props.onZoomOut}
    />
  )
}

const NONE: ReadonlySet<number> = new Set()

/** Drawn again only for other data, another size or range: a dashboard renders thirty of them at each refresh. */
const SeriesPanel: (props: SeriesPanelProps) => ReactNode = memo(DrawnSeries)

function DrawnSeries(props: SeriesPanelProps): ReactNode {
  const { frames, options, widthPx, heightPx, startMs, endMs } = props
  const { theme } = useSettings()
  const [cursor] = useState(createCursorStore)
  const [highlight, setHighlight] = useState<number | undefined>(undefined)
  const [picked, setPicked] = useState<{ series: number; index: number } | undefined>(undefined)
  const PickedLinks = useLoaded(picked === undefined ? undefined : loadPickedLinks)
  const { Exemplars, drawn, keepDrawn } = useExemplarLayer(props.exemplars)
  const linksOf = useFieldLinks()
  const plan = useMemo(() => plotPlan(frames, theme), [frames, theme])
  const legend = useMemo(() => legendPlan(plan, options, widthPx), [plan, options, widthPx])
  const names = useMemo(() => plan.series.map(({ name }) => name), [plan])
  const [chosen, setHidden] = useHidden(names)
  const hidden = useMemo(
    () => (plan.undrawn.size === 0 ? chosen : new Set([...chosen, ...plan.undrawn])),
    [chosen, plan],
  )
  const tooltip = useMemo(() => tooltipMode(options, props.isShared), [options, props.isShared])
  if (plan.series.length === 0) return <NoData />
  const legendPx = legend.isRight
    ? besidePx(legend, props)
    : legendHeightPx(legend, widthPx, heightPx)
  const chartPx = legend.isRight ? heightPx : heightPx - legendPx
  return (
    <div className={legend.isRight ? 'series-panel is-right' : 'series-panel'}>
      <div className="series-chart">
        <Plot
          title={props.title}
          data={plan}
          widthPx={legend.isRight ? undefined : widthPx}
          heightPx={Math.max(40, chartPx)}
          startMs={startMs}
          endMs={endMs}
          cursor={cursor}
          hidden={hidden.size === 0 ? NONE : hidden}
          highlight={highlight}
          tooltip={tooltip}
          marks={props.marks}
          onZoom={props.onZoom}
          onZoomOut={props.onZoomOut}
          onDrawn={keepDrawn}
          onPick={(series, index) => {
            if (hasLinks(plan, series, linksOf)) setPicked({ series, index })
          }}
          {...(props.group === undefined ? {} : { group: props.group })}
        />
        {Exemplars !== undefined && drawn !== undefined && (
          // Loaded once and kept in state: it is no new component at every render.
          // oxlint-disable-next-line react/static-components
          <Exemplars drawn={drawn} plan={plan} exemplars={props.exemplars} />
        )}
        {picked !== undefined && PickedLinks !== undefined && (
          // Loaded once and kept in state: it is no new component at every render.
          // oxlint-disable-next-line react/static-components
          <PickedLinks plan={plan} picked={picked} onClose={() => setPicked(undefined)} />
        )}
      </div>
      {legend.isShown && legend.items.length > 0 && (
        <PlotLegend
          plan={legend}
          hidden={chosen}
          onHidden={setHidden}
          onPoint={setHighlight}
          limitPx={legend.isRight ? heightPx : legendPx}
          widthPx={legend.isRight ? legendPx : undefined}
        />
      )}
    </div>
  )
}

/** How wide the legend is beside the chart. */
function besidePx(legend: LegendPlan, { options, widthPx }: SeriesPanelProps): number {
  const wantedPx = numberOption(objectOption(options, 'legend'), 'width')
  return Math.min(wantedPx ?? legendWidthPx(legend, widthPx), widthPx * 0.55)
}

function hasLinks(plan: PlotPlan, series: number, linksOf: FieldLinks): boolean {
  const [field, frame] = [plan.fields[series], plan.frames[series]]
  return field !== undefined && frame !== undefined && linksOf(field, frame, undefined).length > 0
}

/** What lies over the chart while there are exemplars, and how it hears of each drawing. */
function useExemplarLayer(exemplars: readonly Exemplar[]) {
  const isWanted = exemplars.length > 0
  const Exemplars = useLoaded(isWanted ? loadExemplars : undefined)
  const [drawn, setDrawn] = useState<{ readonly plot: uPlot } | undefined>(undefined)
  const keep = useCallback((plot: uPlot) => setDrawn({ plot }), [])
  return { Exemplars, drawn, keepDrawn: isWanted ? keep : undefined }
}

async function loadExemplars(): Promise<ComponentType<SeriesExemplarsProps>> {
  return (await import('./series-exemplars.tsx')).SeriesExemplars
}

async function loadPickedLinks(): Promise<ComponentType<PickedLinksProps>> {
  return (await import('./picked-links.tsx')).PickedLinks
}

function tooltipMode(options: PanelProps['options'], isShared: boolean): TooltipMode {
  const tooltip = objectOption(options, 'tooltip')
  const sort = oneOf(tooltip, 'sort', ['none', 'asc', 'desc'])
  return {
    show: oneOf(tooltip, 'mode', ['single', 'multi', 'none']),
    sort: sort === 'asc' ? 'ascending' : sort === 'desc' ? 'descending' : 'none',
    hideZeros: tooltip['hideZeros'] === true,
    isShared,
  }
}
