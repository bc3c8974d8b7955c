// The kinds of panels, each drawn by its own view, which is loaded when a dashboard has it.
import { type Frame, type Panel, valueFormat } from '@pharos/dashboards'
import { type ComponentType, type ReactNode, useMemo } from 'react'
import type { Exemplar } from '../../data/exemplars.ts'
import { useLoaded } from '../../viz/use-loaded.ts'
import { useText } from '../../services.tsx'
import { objectOption, type PanelProps } from '../../viz/panel-props.ts'
import type { PanelViewProps } from './panels/panel-view-props.ts'

interface PanelBodyProps {
  readonly view: PanelView
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
  readonly exemplars?: readonly Exemplar[]
}

const NO_EXEMPLARS: readonly Exemplar[] = []

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
  const { panel, view, title, frames, widthPx, heightPx, startMs, endMs } = props
  const { options } = panel
  const plain = useMemo<PanelProps>(
    () => ({ title, options, frames, widthPx, heightPx, startMs, endMs }),
    [title, options, frames, widthPx, heightPx, startMs, endMs],
  )
  const formats = useFormats(panel)
  if (view === 'unknown') return <UnknownKind type={panel.type} />
  if (view === undefined) return null
  const { View } = view
  return (
    <View
      plain={plain}
      exemplars={props.exemplars ?? NO_EXEMPLARS}
      onZoom={props.onZoom}
      onZoomOut={props.onZoomOut}
      fill={props.fill}
      {...formats}
    />
  )
}

type Loader = () => Promise<ComponentType<PanelViewProps>>

const KINDS: Readonly<Record<string, Loader>> = {
  timeseries: async () => (await import('./panels/time-series-panel.tsx')).TimeSeriesPanel,
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
export const PANEL_TYPES: readonly string[] = Object.keys(KINDS)

/** What a kind is drawn with; undefined while it is on its way. */
type PanelView = { readonly View: ComponentType<PanelViewProps> } | 'unknown' | undefined

/** Begins to load what a panel is drawn with, while its data is on its way. */
export function usePanelView(type: string): PanelView {
  const loader = loaderOf(type)
  const View = useLoaded(loader)
  return useMemo(
    () => (loader === undefined ? 'unknown' : View === undefined ? undefined : { View }),
    [loader, View],
  )
}

/** Begins to load all kinds of a dashboard: before its panels are placed, its variables are asked for. */
export function preloadKinds(panels: readonly Panel[]): void {
  for (const type of new Set(panels.map((panel) => panel.type)))
    // A kind that cannot be loaded is told by its panels.
    loaderOf(type)?.().catch(() => undefined)
}

function loaderOf(type: string): Loader | undefined {
  const known = type === 'trend' ? 'timeseries' : type
  return Object.hasOwn(KINDS, known) ? KINDS[known] : undefined
}

/** How the numbers of a panel that have no field of their own are written. */
function useFormats({
  options,
  fieldConfig,
}: Panel): Pick<PanelViewProps, 'formatBound' | 'formatCount'> {
  return useMemo(() => {
    const unitOf = (part: string) => {
      const unit = objectOption(options, part)['unit']
      return typeof unit === 'string' ? unit : undefined
    }
    const bound = valueFormat(unitOf('yAxis') ?? fieldConfig.defaults.unit)
    const count = valueFormat(unitOf('cellValues') ?? 'short')
    const text = (format: typeof bound) => (value: number) => {
      const { prefix = '', text: number, suffix = '' } = format(value)
      return prefix + number + suffix
    }
    return { formatBound: text(bound), formatCount: text(count) }
  }, [options, fieldConfig])
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
