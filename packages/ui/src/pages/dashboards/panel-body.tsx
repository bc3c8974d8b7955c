// The kinds of panels, each drawn by its own view. All but series over time are loaded when a dashboard has them.
import { type Frame, type Panel, valueFormat } from '@pharos/dashboards'
import { type ComponentType, type ReactNode, useMemo } from 'react'
import { useLoaded } from '../../viz/use-loaded.ts'
import { useText } from '../../services.tsx'
import { objectOption, type PanelProps } from '../../viz/panel-props.ts'
import { useScene } from './dashboard-context.tsx'
import type { RareProps } from './panels/rare-props.ts'
import { TimeSeriesPanel } from './panels/time-series-panel.tsx'

interface PanelBodyProps {
  readonly panel: Panel
  readonly title: string
  readonly frames: readonly Frame[]
  readonly widthPx: number
  readonly heightPx: number
  readonly startMs: number
  readonly endMs: number
  readonly onZoom: ((fromMs: number, toMs: number) => void) | undefined
  readonly onZoomOut: (() => void) | undefined
  /** Fills variables into a text. */
  readonly fill: (text: string) => string
}

/** Kinds that draw without asking anything. */
const WITHOUT_DATA: ReadonlySet<string> = new Set([
  'text',
  'dashlist',
  'alertlist',
  'news',
  'welcome',
])

export function needsData(panel: Panel): boolean {
  return !WITHOUT_DATA.has(panel.type)
}

export function PanelBody(props: PanelBodyProps): ReactNode {
  const { panel } = props
  const plain: PanelProps = {
    title: props.title,
    options: panel.options,
    frames: props.frames,
    widthPx: props.widthPx,
    heightPx: props.heightPx,
    startMs: props.startMs,
    endMs: props.endMs,
  }
  switch (panel.type) {
    case 'timeseries':
    case 'trend':
      return <TimeSeries {...props} plain={plain} />
    default:
      return <RarePanel {...props} plain={plain} />
  }
}

function TimeSeries(props: PanelBodyProps & { plain: PanelProps }): ReactNode {
  const { session, marks } = useScene()
  const { graphTooltip } = session.dashboard
  return (
    <TimeSeriesPanel
      {...props.plain}
      group={graphTooltip === 0 ? undefined : `d-${session.dashboard.uid ?? ''}`}
      isShared={graphTooltip === 2}
      marks={marks}
      onZoom={props.onZoom}
      onZoomOut={props.onZoomOut}
    />
  )
}

type Loader = () => Promise<ComponentType<RareProps>>

const RARE: Readonly<Record<string, Loader>> = {
  stat: async () => (await import('./panels/dial-panels.tsx')).StatPanel,
  gauge: async () => (await import('./panels/dial-panels.tsx')).GaugePanel,
  bargauge: async () => (await import('./panels/dial-panels.tsx')).BarGaugePanel,
  table: async () => (await import('./panels/rare-panels.tsx')).TablePanel,
  piechart: async () => (await import('./panels/rare-panels.tsx')).PiePanel,
  heatmap: async () => (await import('./panels/rare-panels.tsx')).HeatPanel,
  'state-timeline': async () => (await import('./panels/rare-panels.tsx')).TimelinePanel,
  'status-history': async () => (await import('./panels/rare-panels.tsx')).HistoryPanel,
  barchart: async () => (await import('./panels/rare-panels.tsx')).BarChartPanel,
  histogram: async () => (await import('./panels/rare-panels.tsx')).HistogramPanel,
  text: async () => (await import('./panels/text-panel.tsx')).TextPanel,
  alertlist: async () => (await import('./panels/alert-list-panel.tsx')).AlertListPanel,
  dashlist: async () => (await import('./panels/dash-list-panel.tsx')).DashListPanel,
}

/** The kinds that are drawn here. */
export const PANEL_TYPES: readonly string[] = ['timeseries', ...Object.keys(RARE)]

/** Begins to load what a panel is drawn with, while its data is on its way. */
export function usePanelModule({ type }: Panel): void {
  useLoaded(loaderOf(type))
}

function loaderOf(type: string): Loader | undefined {
  return Object.hasOwn(RARE, type) ? RARE[type] : undefined
}

function RarePanel(props: PanelBodyProps & { plain: PanelProps }): ReactNode {
  const { type, options } = props.panel
  const loader = loaderOf(type)
  const View = useLoaded(loader)
  const formats = useMemo(() => {
    const unitOf = (part: string) => {
      const unit = objectOption(options, part)['unit']
      return typeof unit === 'string' ? unit : undefined
    }
    const bound = valueFormat(unitOf('yAxis') ?? props.panel.fieldConfig.defaults.unit)
    const count = valueFormat(unitOf('cellValues') ?? 'short')
    const text = (format: typeof bound) => (value: number) => {
      const { prefix = '', text: number, suffix = '' } = format(value)
      return prefix + number + suffix
    }
    return { formatBound: text(bound), formatCount: text(count) }
  }, [options, props.panel.fieldConfig])
  if (loader === undefined) return <UnknownKind type={type} />
  if (View === undefined) return null
  // Loaded once and kept in state: it is no new component at every render.
  // oxlint-disable-next-line react/static-components
  return <View plain={props.plain} onZoom={props.onZoom} fill={props.fill} {...formats} />
}

/** A kind of somebody else's: its settings are kept, saved and exported as they are. */
function UnknownKind({ type }: { type: string }): ReactNode {
  const t = useText()
  return (
    <div className="unknown-kind">
      <strong>{t('panel.unknownKind', { type })}</strong>
      <p>{t('panel.unknownKindHint')}</p>
    </div>
  )
}
