import { type ReactNode, useMemo, useRef } from 'react'
import type { LabelSet, QueryData } from '../../data/api-types.ts'
import { seriesName } from '../../data/frame.ts'
import { tableQuestion } from '../../data/query-questions.ts'
import { formatHistogram, tableRows, type TableRow } from '../../data/table-rows.ts'
import { IconButton } from '../../kit/button.tsx'
import { EmptyState, Skeleton } from '../../kit/states.tsx'
import { ScrollRegion } from '../../kit/scroll-region.tsx'
import { useRows } from '../../kit/use-rows.ts'
import { SeriesName } from '../../kit/labels.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { Controls } from './controls.tsx'
import type { ViewProps } from './graph-view.tsx'
import { Messages, QueryFault } from './messages.tsx'
import { MomentControl } from './moment-control.tsx'
import { useSeriesDialog } from './use-series-dialog.tsx'

/** Fewer rows are simply there: the browser's own search finds them all. */
const ALL_ROWS_MAX = 200
const ROW_PX = 30

export function TableView(props: ViewProps): ReactNode {
  const { panel, runMs } = props
  const t = useText()
  const momentMs = panel.endMs ?? runMs
  const { path, params } = tableQuestion(panel, momentMs)
  const answer = useApi<QueryData>(path, params)
  const data = answer.data?.data
  const rows = useMemo(() => (data === undefined ? [] : tableRows(data)), [data])
  return (
    <>
      <Controls bar={props.bar}>
        <span className="query-stats" aria-live="polite">
          {answer.data !== undefined && answer.error === null && (
            <>
              {Math.round(answer.data.elapsedMs)} ms · {t('query.rows', { count: rows.length })}
            </>
          )}
        </span>
        <MomentControl {...props} />
      </Controls>
      {answer.error !== null && <QueryFault error={answer.error} expr={panel.expr} />}
      {answer.data === undefined && answer.error === null && <Skeleton rows={5} heightPx={26} />}
      {answer.data !== undefined && answer.error === null && (
        <div className={answer.isPlaceholderData ? 'is-waiting' : undefined}>
          <Messages warnings={answer.data.warnings} infos={answer.data.infos} />
          {rows.length === 0 ? (
            <EmptyState icon="search" title={t('query.noResult')} hint={t('query.noResultHint')} />
          ) : (
            <ResultTable expr={panel.expr} rows={rows} />
          )}
        </div>
      )}
    </>
  )
}

function ResultTable(props: { expr: string; rows: readonly TableRow[] }): ReactNode {
  const { rows } = props
  const t = useText()
  const scroller = useRef<HTMLElement>(null)
  const about = useSeriesDialog(props.expr)
  const body = useRef<HTMLTableSectionElement>(null)
  const shown = useRows({ count: rows.length, rowPx: ROW_PX, scroller, body, allMax: ALL_ROWS_MAX })
  const isVirtual = rows.length > ALL_ROWS_MAX
  return (
    <ScrollRegion
      ref={scroller}
      className={isVirtual ? 'result is-virtual' : 'result'}
      label={t('query.table')}
    >
      <table className="data-table" aria-rowcount={rows.length}>
        <thead>
          <tr>
            <th scope="col">{t('query.labels')}</th>
            <th scope="col" className="num">
              {t('query.value')}
            </th>
            <th scope="col">
              <span className="sr-only">{t('series.title')}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {shown.abovePx > 0 && <tr aria-hidden="true" style={{ height: shown.abovePx }} />}
          {shown.rows.map((index) => (
            <tr key={index}>
              <RowCells row={rows[index]!} onMore={about.open} />
            </tr>
          ))}
          {shown.belowPx > 0 && <tr aria-hidden="true" style={{ height: shown.belowPx }} />}
        </tbody>
      </table>
      {about.dialog}
    </ScrollRegion>
  )
}

function RowCells(props: { row: TableRow; onMore: (labels: LabelSet) => void }): ReactNode {
  const { row, onMore } = props
  const { labels } = row
  const t = useText()
  return (
    <>
      <td>{labels === undefined ? <code>{row.kind}</code> : <SeriesName labels={labels} />}</td>
      <td className="num">
        <Value row={row} />
      </td>
      <td className="row-tools">
        {labels !== undefined && (
          <IconButton
            icon="dots"
            label={t('series.more', { name: seriesName(labels) })}
            aria-haspopup="dialog"
            onClick={() => onMore(labels)}
          />
        )}
      </td>
    </>
  )
}

function Value(props: { row: TableRow }): ReactNode {
  const time = useTimeFormat()
  const { row } = props
  if (row.histogram !== undefined)
    return <pre className="histogram">{formatHistogram(row.histogram)}</pre>
  if (row.values === undefined) return <>{row.value}</>
  return (
    <>
      {row.values.map(([seconds, value]) => (
        <div key={seconds}>
          {value} <span className="hint">@ {time.full(seconds * 1000)}</span>
        </div>
      ))}
    </>
  )
}
