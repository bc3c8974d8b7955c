// The legend of a panel: a list that wraps, or a table with a column per calculation. A click shows one series alone,
// a Ctrl-click hides or shows it.
import { type MouseEvent, type ReactNode, useMemo, useState } from 'react'
import { useText } from '../services.tsx'
import { isolated, toggled } from '../viz/hidden-series.ts'
import { type LegendItem, type LegendPlan, sortedItems } from '../viz/legend-items.ts'
import { ScrollRegion } from './scroll-region.tsx'
import { useCalcTitle } from './use-calc-title.ts'

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
  return props.plan.isTable ? <LegendTable {...props} /> : <LegendWrap {...props} />
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

function useChoice({ plan, hidden, onHidden }: PlotLegendProps) {
  const count = 1 + Math.max(-1, ...plan.items.map(({ place }) => place))
  return (event: MouseEvent, place: number) =>
    onHidden(
      event.ctrlKey || event.metaKey || event.shiftKey
        ? toggled(hidden, place)
        : isolated(hidden, place, count),
    )
}

function LegendWrap(props: PlotLegendProps): ReactNode {
  const { plan, hidden, onPoint } = props
  const t = useText()
  const choose = useChoice(props)
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
          onClick={(event) => choose(event, place)}
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

function LegendTable(props: PlotLegendProps): ReactNode {
  const { plan, hidden, onPoint } = props
  const t = useText()
  const calcTitle = useCalcTitle()
  const choose = useChoice(props)
  const [sort, setSort] = useState(plan.sort)
  const items = useMemo(() => sortedItems(plan.items, sort), [plan.items, sort])
  const next = (column: number): LegendPlan['sort'] => {
    if (sort?.column !== column) return { column, isDown: column >= 0 }
    return sort.isDown === column >= 0 ? { column, isDown: column < 0 } : undefined
  }
  const head = (column: number, title: string) => (
    <th
      key={column}
      scope="col"
      aria-sort={sort?.column === column ? (sort.isDown ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        title={t('chart.sortBy', { column: title })}
        onClick={() => setSort(next(column))}
      >
        {title}
      </button>
    </th>
  )
  return (
    <ScrollRegion
      className="legend-table is-panel"
      label={t('chart.legend')}
      style={{ maxHeight: props.limitPx, width: props.widthPx }}
    >
      <table>
        <thead>
          <tr>
            {head(-1, t('chart.name'))}
            {plan.calcs.map((calc, index) => head(index, calcTitle(calc)))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <LegendRow
              key={item.place}
              item={item}
              isHidden={hidden.has(item.place)}
              calcs={plan.calcs}
              onChoose={choose}
              onPoint={onPoint}
            />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function LegendRow(props: {
  item: LegendItem
  isHidden: boolean
  calcs: readonly string[]
  onChoose: (event: MouseEvent, place: number) => void
  onPoint: (place: number | undefined) => void
}): ReactNode {
  const { place, name, color, values } = props.item
  const t = useText()
  return (
    <tr
      className={props.isHidden ? 'is-hidden' : undefined}
      onMouseEnter={() => props.onPoint(place)}
      onMouseLeave={() => props.onPoint(undefined)}
    >
      {/* The label is the series' name, one level deeper than the rule looks. */}
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label */}
      <td>
        <button
          type="button"
          className="legend-key"
          aria-pressed={!props.isHidden}
          title={t('chart.isolate', { name })}
          onClick={(event) => props.onChoose(event, place)}
        >
          <i style={{ background: color }} />
          <span>{name}</span>
        </button>
      </td>
      {values.map((text, index) => (
        <td key={props.calcs[index]}>{text}</td>
      ))}
    </tr>
  )
}
