import { memo, type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import type { Health } from '../../data/api-types.ts'
import { formatAge, formatValue } from '../../data/format.ts'
import { type TargetColumns, targetKey, targetLabels } from '../../data/target-columns.ts'
import { type TargetRow, targetRows } from '../../data/target-rows.ts'
import { shareUp, type TargetPool } from '../../data/targets.ts'
import { Icon } from '../../kit/icon.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { PageRows } from '../../kit/page-rows.tsx'
import { useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { TargetDetails } from './target-details.tsx'

const ROW_PX = 31
const NONE: ReadonlySet<string> = new Set()

/** All pools in one table; only the rows in view exist, so that ten thousand targets scroll as one. */
export function TargetTable(props: { pools: readonly TargetPool[]; readMs: number }): ReactNode {
  const [closed, setClosed] = useState(NONE)
  const [open, setOpen] = useState(NONE)
  const body = useRef<HTMLTableSectionElement>(null)
  const rows = useMemo(() => targetRows(props.pools, closed, open), [props.pools, closed, open])
  const flip = useCallback((key: string) => setOpen((before) => flipped(before, key)), [])
  const keyOf = useCallback((index: number) => rows[index]!.key, [rows])
  return (
    <div className="card target-card">
      <table className="data-table target-table" aria-rowcount={rows.length + 1}>
        <TableHead />
        <tbody ref={body}>
          <PageRows body={body} count={rows.length} rowPx={ROW_PX} keyOf={keyOf}>
            {(index) => (
              <Row
                key={keyOf(index)}
                row={rows[index]!}
                readMs={props.readMs}
                closed={closed}
                open={open}
                onClosed={setClosed}
                onFlip={flip}
              />
            )}
          </PageRows>
        </tbody>
      </table>
    </div>
  )
}

function Row(props: {
  row: TargetRow
  readMs: number
  closed: ReadonlySet<string>
  open: ReadonlySet<string>
  onClosed: (closed: ReadonlySet<string>) => void
  onFlip: (key: string) => void
}): ReactNode {
  const { row, readMs, closed, open } = props
  const { kind, pool, place } = row
  if (kind === 'pool')
    return (
      <PoolRow
        pool={pool}
        isOpen={!closed.has(pool.name)}
        onToggle={() => props.onClosed(flipped(closed, pool.name))}
      />
    )
  if (kind === 'details')
    return (
      <tr className="details-row">
        <td colSpan={5}>
          <TargetDetails columns={pool.columns} place={place} />
        </td>
      </tr>
    )
  return (
    <OneTarget
      columns={pool.columns}
      place={place}
      readMs={readMs}
      isOpen={open.size > 0 && open.has(targetKey(pool.columns, place))}
      onFlip={props.onFlip}
    />
  )
}

function TableHead(): ReactNode {
  const t = useText()
  return (
    <thead>
      <tr>
        <th scope="col">{t('targets.endpoint')}</th>
        <th scope="col">{t('targets.state')}</th>
        <th scope="col">{t('targets.labels')}</th>
        <th scope="col" className="num">
          {t('targets.lastScrape')}
        </th>
        <th scope="col" className="num">
          {t('targets.duration')}
        </th>
      </tr>
    </thead>
  )
}

function flipped(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(key)) next.add(key)
  return next
}

function PoolRow(props: { pool: TargetPool; isOpen: boolean; onToggle: () => void }): ReactNode {
  const t = useText()
  const { name, up, total } = props.pool
  return (
    <tr className="pool-row">
      <th colSpan={5} scope="rowgroup">
        <button
          type="button"
          className="fold"
          aria-expanded={props.isOpen}
          onClick={props.onToggle}
        >
          <Icon name={props.isOpen ? 'down' : 'right'} />
          <span>{name}</span>
          <Pill tone={up === total ? 'ok' : up === 0 ? 'crit' : 'warn'}>
            {t('targets.upOf', { up, total })}
          </Pill>
          <i className="up-bar">
            <i style={{ width: `${shareUp(up, total)}%` }} />
          </i>
        </button>
      </th>
    </tr>
  )
}

const TONE = { up: 'ok', down: 'crit', unknown: 'warn' } as const
const WORD: Readonly<Record<Health, TextKey>> = {
  up: 'targets.up',
  down: 'targets.down',
  unknown: 'targets.unknown',
}

/** Drawn again only when something about it is other than before. */
const OneTarget = memo(function OneTarget(props: {
  columns: TargetColumns
  place: number
  readMs: number
  isOpen: boolean
  onFlip: (key: string) => void
}): ReactNode {
  const t = useText()
  const { columns, place, readMs, isOpen } = props
  const [url, health] = [columns.scrapeUrl[place]!, columns.health[place]!]
  const lastError = columns.lastError[place]
  const lastMs = columns.lastScrapeMs[place] ?? undefined
  return (
    <tr className={`target-row is-${health}`}>
      <td className="endpoint">
        <button
          type="button"
          className="fold"
          aria-expanded={isOpen}
          aria-label={t('targets.details', { target: url })}
          onClick={() => props.onFlip(targetKey(columns, place))}
        >
          <Icon name={isOpen ? 'down' : 'right'} size={14} />
          <code>{url}</code>
        </button>
      </td>
      <td className="state">
        <Pill tone={TONE[health]}>{t(WORD[health])}</Pill>
      </td>
      <td className="label-cell">
        <LabelChips labels={targetLabels(columns, place)} />
        {lastError !== undefined && <div className="target-error">{lastError}</div>}
      </td>
      <td className="num" data-label={t('targets.lastScrape')}>
        {lastMs === undefined
          ? t('targets.never')
          : t('targets.ago', { span: formatAge(Math.max(0, (readMs - lastMs) / 1000)) })}
      </td>
      <td className="num" data-label={t('targets.duration')}>
        {lastMs === undefined
          ? '–'
          : formatValue(columns.lastScrapeDurationMs[place]! / 1000, 'seconds')}
      </td>
    </tr>
  )
})
