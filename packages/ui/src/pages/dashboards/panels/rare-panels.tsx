// Kinds of panels that most dashboards have few of.
import { type ReactNode, useMemo, useState } from 'react'
import { PanelTable } from '../../../kit/panel-table.tsx'
import { PlotLegend } from '../../../kit/plot-legend.tsx'
import { useSettings } from '../../../services.tsx'
import { type BarPlan, barPlan, histogramPlan } from '../../../viz/bar-plan.ts'
import { BarView } from '../../../viz/bar-view.tsx'
import { HeatView } from '../../../viz/heat-view.tsx'
import { legendPlacement, type LegendPlan } from '../../../viz/legend-items.ts'
import { pieLegendItems, type PieLegendProps, PieView } from '../../../viz/pie-view.tsx'
import { StateView } from '../../../viz/state-view.tsx'
import { NoData } from '../../../viz/no-data.tsx'
import type { PanelViewProps } from './panel-view-props.ts'

export function TablePanel({ plain }: PanelViewProps): ReactNode {
  return <PanelTable {...plain} />
}

export function HeatPanel({ plain, ...rest }: PanelViewProps): ReactNode {
  return <HeatView {...plain} {...rest} />
}

export function TimelinePanel({ plain, onZoom }: PanelViewProps): ReactNode {
  return <StateView {...plain} kind="timeline" onZoom={onZoom} />
}

export function HistoryPanel({ plain, onZoom }: PanelViewProps): ReactNode {
  return <StateView {...plain} kind="history" onZoom={onZoom} />
}

export function PiePanel({ plain }: PanelViewProps): ReactNode {
  return <PieView {...plain} Legend={PieLegend} />
}

/** Slices are known by their names; the legend knows places. */
function PieLegend(props: PieLegendProps): ReactNode {
  const items = pieLegendItems(props)
  const nameOf = (place: number) => items[place]?.name ?? ''
  const plan: LegendPlan = {
    ...legendPlacement(props.options, Infinity),
    isTable: false,
    calcs: [],
    items,
    sort: undefined,
  }
  return (
    <PlotLegend
      plan={plan}
      hidden={new Set(items.flatMap(({ name, place }) => (props.hidden.has(name) ? [place] : [])))}
      onHidden={(places) => props.onHidden(new Set([...places].map(nameOf)))}
      onPoint={(place) => props.onFocus(place === undefined ? undefined : nameOf(place))}
      limitPx={props.limitPx}
      widthPx={undefined}
    />
  )
}

export function BarChartPanel({ plain }: PanelViewProps): ReactNode {
  const { theme } = useSettings()
  const plan = useMemo(
    () => barPlan(plain.frames, plain.options, theme),
    [plain.frames, plain.options, theme],
  )
  return <Bars plain={plain} plan={plan} isHistogram={false} />
}

export function HistogramPanel({ plain }: PanelViewProps): ReactNode {
  const { theme } = useSettings()
  const plan = useMemo(
    () => histogramPlan(plain.frames, plain.options, theme),
    [plain.frames, plain.options, theme],
  )
  return <Bars plain={plain} plan={plan} isHistogram />
}

const LEGEND_PX = 26

function Bars(props: {
  plain: PanelViewProps['plain']
  plan: BarPlan | undefined
  isHistogram: boolean
}): ReactNode {
  const { plain, plan } = props
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
  if (plan === undefined) return <NoData />
  const named = plan.series.filter(({ name }) => name !== '')
  const placement = legendPlacement(plain.options, plain.widthPx)
  const hasLegend = placement.isShown && named.length > 0
  return (
    <>
      <BarView
        {...plain}
        heightPx={hasLegend ? plain.heightPx - LEGEND_PX : plain.heightPx}
        plan={plan}
        hidden={hidden}
        isHistogram={props.isHistogram}
      />
      {hasLegend && (
        <PlotLegend
          plan={{
            isTable: false,
            isShown: true,
            isRight: false,
            calcs: [],
            items: plan.series.map(({ name, color }, place) => ({
              place,
              name,
              color,
              values: [],
            })),
            sort: undefined,
          }}
          hidden={hidden}
          onHidden={setHidden}
          onPoint={() => undefined}
          limitPx={LEGEND_PX}
          widthPx={undefined}
        />
      )}
    </>
  )
}
