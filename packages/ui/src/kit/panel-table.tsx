// A frame as a table that sorts, filters, scrolls by itself and draws only the rows in view.
import { type Frame, valueAt } from '@pharos/dashboards'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import { useSettings, useText } from '../services.tsx'
import { titleOf } from '../viz/field-look.ts'
import { objectOption, type PanelProps } from '../viz/panel-props.ts'
import { NoData } from '../viz/no-data.tsx'
import { TableCell } from '../viz/table-cell.tsx'
import {
  firstSort,
  footerTexts,
  frameIndexOf,
  shownRows,
  type TableColumn,
  tableColumns,
  type TableSort,
} from '../viz/table-plan.ts'
import { rowPaint } from '../viz/table-paint.ts'
import { IconButton } from './button.tsx'
import { ScrollRegion } from './scroll-region.tsx'
import { type RowWindow, useRows } from './use-rows.ts'

const ROW_PX: Readonly<Record<string, number>> = { sm: 30, md: 38, lg: 46 }
const HEAD_PX = 30
const LONG_TEXT_PX = 96
const NO_FILTERS: ReadonlyMap<string, string> = new Map()

export function PanelTable(props: PanelProps): ReactNode {
  const { frames, options } = props
  const [chosen, setChosen] = useState<number | undefined>(undefined)
  const t = useText()
  const index = chosen ?? frameIndexOf(options, frames.length)
  const frame = frames[index] ?? frames[0]
  if (frame === undefined || frame.fields.length === 0) return <NoData />
  return (
    <div className="panel-table">
      <FrameTable key={index} {...props} frame={frame} />
      {frames.length > 1 && (
        <select
          className="select frame-select"
          aria-label={t('panel.frame')}
          value={index}
          onChange={(event) => setChosen(Number(event.target.value))}
        >
          {frames.map((one, place) => (
            // Frames have no other identity than their place.
            <option key={place} value={place}>
              {one.name ?? one.refId ?? titleOf(one.fields.at(-1)!)}
            </option>
          ))}
        </select>
      )}
    </div>
  )
}

function FrameTable(props: PanelProps & { frame: Frame }): ReactNode {
  const { frame, options, widthPx } = props
  const [sort, setSort] = useState<TableSort | undefined>(() => firstSort(options))
  const [filters, setFilters] = useState(NO_FILTERS)
  const [page, setPage] = useState(0)
  const scroller = useRef<HTMLElement>(null)
  const columns = useMemo(() => tableColumns(frame), [frame])
  const all = useMemo(
    () => shownRows(frame, columns, sort, filters),
    [frame, columns, sort, filters],
  )
  const footer = useMemo(() => footerTexts(options, columns, all), [options, columns, all])
  const rowPx = ROW_PX[String(options['cellHeight'])] ?? ROW_PX['sm']!
  const isPaged =
    objectOption(options, 'footer')['enablePagination'] === true ||
    options['enablePagination'] === true
  const perPage = Math.max(1, Math.floor((props.heightPx - HEAD_PX - 36) / rowPx))
  const pages = isPaged ? Math.max(1, Math.ceil(all.length / perPage)) : 1
  const at = Math.min(page, pages - 1)
  const rows = isPaged ? all.slice(at * perPage, (at + 1) * perPage) : all
  const shown = useRows({
    count: rows.length,
    rowPx,
    scroller,
    topPx: HEAD_PX,
  })
  const widths = columnWidths(columns, widthPx)
  return (
    <>
      <ScrollRegion ref={scroller} className="panel-table-scroll" label={props.title}>
        <table className="cells" aria-rowcount={all.length} style={{ width: widths.total }}>
          <TableColumns columns={columns} widths={widths.each} />
          {options['showHeader'] !== false && (
            <Head
              columns={columns}
              sort={sort}
              onSort={setSort}
              filters={filters}
              onFilters={setFilters}
            />
          )}
          <TableRows frame={frame} columns={columns} rows={rows} shown={shown} rowPx={rowPx} />
          {footer !== undefined && <TableFoot columns={columns} texts={footer} />}
        </table>
      </ScrollRegion>
      {isPaged && pages > 1 && <Pages at={at} pages={pages} onPage={setPage} />}
    </>
  )
}

function TableColumns(props: {
  columns: readonly TableColumn[]
  widths: readonly number[]
}): ReactNode {
  return (
    <colgroup>
      {props.columns.map(({ title }, i) => (
        <col key={`${i} ${title}`} style={{ width: props.widths[i]! }} />
      ))}
    </colgroup>
  )
}

function TableRows(props: {
  frame: Frame
  columns: readonly TableColumn[]
  rows: readonly number[]
  shown: RowWindow
  rowPx: number
}): ReactNode {
  const { frame, columns, rows, shown, rowPx } = props
  const { theme } = useSettings()
  return (
    <tbody>
      {shown.abovePx > 0 && <tr aria-hidden="true" style={{ height: shown.abovePx }} />}
      {shown.rows.map((place) => {
        const row = rows[place]!
        return (
          <tr key={row} style={{ height: rowPx, ...rowPaint(columns, row) }}>
            {columns.map((column, i) => (
              <TableCell
                key={`${i} ${column.title}`}
                column={column}
                frame={frame}
                row={row}
                value={valueAt(column.field, row)}
                theme={theme}
                rowPx={rowPx}
              />
            ))}
          </tr>
        )
      })}
      {shown.belowPx > 0 && <tr aria-hidden="true" style={{ height: shown.belowPx }} />}
    </tbody>
  )
}

function TableFoot(props: {
  columns: readonly TableColumn[]
  texts: readonly string[]
}): ReactNode {
  return (
    <tfoot>
      <tr>
        {props.texts.map((text, i) => (
          <td key={props.columns[i]!.title} className={`is-${props.columns[i]!.align}`}>
            {text}
          </td>
        ))}
      </tr>
    </tfoot>
  )
}

function Pages(props: { at: number; pages: number; onPage: (page: number) => void }): ReactNode {
  const { at, pages, onPage } = props
  const t = useText()
  return (
    <div className="table-pages">
      <IconButton
        icon="left"
        label={t('panel.pageBefore')}
        disabled={at === 0}
        onClick={() => onPage(at - 1)}
      />
      <span>
        {at + 1} / {pages}
      </span>
      <IconButton
        icon="right"
        label={t('panel.pageAfter')}
        disabled={at >= pages - 1}
        onClick={() => onPage(at + 1)}
      />
    </div>
  )
}

/** Columns with a width of their own keep it; the others share the rest by what they need. */
function columnWidths(
  columns: readonly TableColumn[],
  widthPx: number,
): { each: number[]; total: number } {
  const fixed = columns.reduce((sum, { widthPx: own = 0 }) => sum + own, 0)
  const roomPx = widthPx - fixed - 1
  const wanted = columns.reduce((sum, one) => sum + (one.widthPx === undefined ? one.minPx : 0), 0)
  // Long texts give way before numbers do.
  const leastOf = (one: TableColumn) =>
    wanted > roomPx && one.align === 'left' ? Math.min(one.minPx, LONG_TEXT_PX) : one.minPx
  const needed = columns.reduce(
    (sum, one) => sum + (one.widthPx === undefined ? leastOf(one) : 0),
    0,
  )
  const rest = Math.max(needed, roomPx)
  const each = columns.map(
    (one) => one.widthPx ?? (needed === 0 ? leastOf(one) : (leastOf(one) / needed) * rest),
  )
  return {
    each,
    total: Math.max(
      each.reduce((a, b) => a + b, 0),
      needed === 0 ? 0 : widthPx - 1,
    ),
  }
}

function Head(props: {
  columns: readonly TableColumn[]
  sort: TableSort | undefined
  onSort: (sort: TableSort | undefined) => void
  filters: ReadonlyMap<string, string>
  onFilters: (filters: ReadonlyMap<string, string>) => void
}): ReactNode {
  const { columns, sort, onSort, filters, onFilters } = props
  const t = useText()
  const next = (title: string): TableSort | undefined => {
    if (sort?.title !== title) return { title, isDown: false }
    return sort.isDown ? undefined : { title, isDown: true }
  }
  return (
    <thead>
      <tr style={{ height: HEAD_PX }}>
        {columns.map(({ title, align, isFilterable }, i) => (
          <th
            key={`${i} ${title}`}
            scope="col"
            className={`is-${align}`}
            aria-sort={sort?.title === title ? (sort.isDown ? 'descending' : 'ascending') : 'none'}
          >
            <button
              type="button"
              title={t('chart.sortBy', { column: title })}
              onClick={() => onSort(next(title))}
            >
              {title}
            </button>
            {isFilterable && (
              <input
                className="input column-filter"
                aria-label={t('panel.filterColumn', { column: title })}
                placeholder={t('panel.filter')}
                value={filters.get(title) ?? ''}
                onChange={(event) => onFilters(new Map(filters).set(title, event.target.value))}
              />
            )}
          </th>
        ))}
      </tr>
    </thead>
  )
}
