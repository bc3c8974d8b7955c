import { type MouseEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import { formatValue, type Unit } from '../data/format.ts'
import { type Frame, type SeriesStats, statsOf } from '../data/frame.ts'
import { useSettings, useText } from '../services.tsx'
import { isolated, toggled } from '../viz/hidden-series.ts'
import { IconButton } from './button.tsx'
import { LegendRow } from './legend-row.tsx'
import { ScrollRegion } from './scroll-region.tsx'
import { useRows } from './use-rows.ts'
import { seriesColor } from '../viz/palette.ts'

type Column = keyof SeriesStats
const COLUMNS = ['min', 'mean', 'max', 'last'] as const
const ROW_PX = 24

interface LegendTableProps {
  readonly frame: Frame
  readonly names: readonly string[]
  readonly unit: Unit
  readonly hidden: ReadonlySet<number>
  readonly onHidden: (hidden: ReadonlySet<number>) => void
  readonly onPoint: (index: number | undefined) => void
  /** Opens what there is to know and to do about a series. */
  readonly onMore: (index: number) => void
}

/** Min, mean, max and last of every series. A click shows one series alone, a Ctrl-click hides or shows it. */
export function LegendTable(props: LegendTableProps): ReactNode {
  const { frame, names } = props
  const t = useText()
  const scroller = useRef<HTMLElement>(null)
  const [sort, setSort] = useState<{ by: Column; down: boolean } | undefined>(undefined)
  const stats = useMemo(() => frame.series.map(({ values }) => statsOf(values)), [frame])
  const order = useMemo(() => orderOf(stats, sort), [stats, sort])
  const shown = useRows({ count: order.length, rowPx: ROW_PX, scroller })
  const label = {
    min: t('chart.min'),
    mean: t('chart.mean'),
    max: t('chart.max'),
    last: t('chart.last'),
  }
  return (
    <ScrollRegion ref={scroller} className="legend-table" label={t('chart.legend')}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">{t('chart.name')}</span>
            </th>
            {COLUMNS.map((column) => (
              <th
                key={column}
                scope="col"
                aria-sort={sort?.by === column ? (sort.down ? 'descending' : 'ascending') : 'none'}
              >
                <button
                  type="button"
                  title={t('chart.sortBy', { column: label[column] })}
                  onClick={() =>
                    setSort(
                      sort?.by !== column
                        ? { by: column, down: true }
                        : sort.down
                          ? { by: column, down: false }
                          : undefined,
                    )
                  }
                >
                  {label[column]}
                </button>
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">{t('series.title')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.abovePx > 0 && <tr aria-hidden="true" style={{ height: shown.abovePx }} />}
          {shown.rows.map((index) => {
            const at = order[index]!
            return (
              <SeriesRow key={at} {...props} at={at} name={names[at] ?? ''} stats={stats[at]!} />
            )
          })}
          {shown.belowPx > 0 && <tr aria-hidden="true" style={{ height: shown.belowPx }} />}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function SeriesRow(
  props: LegendTableProps & { at: number; name: string; stats: SeriesStats },
): ReactNode {
  const { at, name, stats, hidden, unit } = props
  const { theme } = useSettings()
  const t = useText()
  const onChoose = (event: MouseEvent) =>
    props.onHidden(
      event.ctrlKey || event.metaKey || event.shiftKey
        ? toggled(hidden, at)
        : isolated(hidden, at, props.frame.series.length),
    )
  return (
    <LegendRow
      name={name}
      color={seriesColor(theme, at)}
      isHidden={hidden.has(at)}
      onChoose={onChoose}
      onPoint={(isOver) => props.onPoint(isOver ? at : undefined)}
    >
      {COLUMNS.map((column) => (
        <td key={column}>{formatValue(stats[column], unit)}</td>
      ))}
      <td>
        <IconButton
          icon="dots"
          label={t('series.more', { name })}
          aria-haspopup="dialog"
          onClick={() => props.onMore(at)}
        />
      </td>
    </LegendRow>
  )
}

function orderOf(
  stats: readonly SeriesStats[],
  sort: { by: Column; down: boolean } | undefined,
): number[] {
  const order = stats.map((_, index) => index)
  if (sort === undefined) return order
  const sign = sort.down ? -1 : 1
  return order.sort((a, b) => {
    const x = stats[a]![sort.by]
    const y = stats[b]![sort.by]
    if (x !== x || y !== y) return Number(x !== x) - Number(y !== y)
    return (x - y) * sign
  })
}
