// The legend of a panel: a list that wraps, or a table with a column per calculation. A click shows one series alone,
// a Ctrl-click hides or shows it.
import type { ComponentType, MouseEvent, ReactNode } from 'react'
import { useText } from '../services.tsx'
import { isolated, toggled } from '../viz/hidden-series.ts'
import type { LegendPlan } from '../viz/legend-items.ts'
import { useLoaded } from '../viz/use-loaded.ts'
import type { LegendTableProps } from './plot-legend-table.tsx'
import { ScrollRegion } from './scroll-region.tsx'

const ROW_PX = 24

interface PlotLegendProps {
  readonly plan: LegendPlan
  readonly hidden: ReadonlySet<number>
  readonly onHidden: (hidden: ReadonlySet<number>) => void
  readonly onPoint: (place: number | undefined) => void
  readonly limitPx: number
  readonly widthPx: number | undefined
}

export function PlotLegend(props: PlotLegendProps): ReactNode {
  const { plan, hidden, onHidden } = props
  const Table = useLoaded(plan.isTable ? loadTable : undefined)
  const count = 1 + Math.max(-1, ...plan.items.map(({ place }) => place))
  const choose = (event: MouseEvent, place: number) =>
    onHidden(
      event.ctrlKey || event.metaKey || event.shiftKey
        ? toggled(hidden, place)
        : isolated(hidden, place, count),
    )
  if (!plan.isTable) return <LegendWrap {...props} onChoose={choose} />
  // Loaded once and kept in state: it is no new component at every render.
  // oxlint-disable-next-line react/static-components
  return Table === undefined ? null : <Table {...props} onChoose={choose} />
}

/** Its place is kept free meanwhile. */
async function loadTable(): Promise<ComponentType<LegendTableProps>> {
  return (await import('./plot-legend-table.tsx')).LegendTable
}

/** How high a legend below its chart wants to be, px. */
export function legendHeightPx(plan: LegendPlan, widthPx: number, panelPx: number): number {
  if (!plan.isShown || plan.items.length === 0) return 0
  if (plan.isTable) {
    const wanted = (plan.items.length + 1) * ROW_PX + 2
    return Math.min(wanted, Math.max(ROW_PX * 3, Math.floor(panelPx * 0.38)))
  }
  const perItem = plan.items.map(
    ({ name, values }) => 30 + Math.min(40, name.length) * 6.7 + values.join(' ').length * 7,
  )
  let rows = 1
  let usedPx = 0
  for (const px of perItem) {
    if (usedPx > 0 && usedPx + px > widthPx) {
      rows++
      usedPx = 0
    }
    usedPx += px
  }
  return Math.min(rows * ROW_PX, Math.max(ROW_PX, Math.floor((panelPx * 0.3) / ROW_PX) * ROW_PX))
}

/** How wide a legend beside its chart wants to be, px. */
export function legendWidthPx(plan: LegendPlan, panelPx: number): number {
  const letters = Math.max(
    ...plan.items.map(({ name, values }) => name.length + values.join('  ').length),
  )
  const columns = plan.isTable ? plan.calcs.length * 24 : 0
  return Math.max(110, Math.min(letters * 6.9 + 36 + columns, panelPx * 0.4))
}

function LegendWrap(
  props: Omit<PlotLegendProps, 'onHidden'> & Pick<LegendTableProps, 'onChoose'>,
): ReactNode {
  const { plan, hidden, onPoint, onChoose } = props
  const t = useText()
  return (
    <ScrollRegion
      className={plan.isRight ? 'legend-wrap is-right' : 'legend-wrap'}
      label={t('chart.legend')}
      style={{ maxHeight: props.limitPx, width: props.widthPx }}
    >
      {plan.items.map(({ place, name, color, values }) => (
        <button
          key={place}
          type="button"
          aria-pressed={!hidden.has(place)}
          title={t('chart.isolate', { name })}
          onClick={(event) => onChoose(event, place)}
          onMouseEnter={() => onPoint(place)}
          onMouseLeave={() => onPoint(undefined)}
        >
          <i style={{ background: color }} />
          <span>{name}</span>
          {values.map((text, index) => (
            <b key={plan.calcs[index] ?? index}>{text}</b>
          ))}
        </button>
      ))}
    </ScrollRegion>
  )
}
