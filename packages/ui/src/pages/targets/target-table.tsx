import { type ReactNode, useMemo, useRef, useState } from 'react'
import type { ActiveTarget, Health } from '../../data/api-types.ts'
import { formatAge, formatValue } from '../../data/format.ts'
import { shareUp, type TargetPool } from '../../data/targets.ts'
import { agoSeconds } from '../../data/time.ts'
import { Icon } from '../../kit/icon.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { PageRows } from '../../kit/page-rows.tsx'
import type { RowWindow } from '../../kit/use-rows.ts'
import { useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { TargetDetails } from './target-details.tsx'

type Row =
  | { readonly kind: 'pool'; readonly key: string; readonly pool: TargetPool }
  | { readonly kind: 'target' | 'details'; readonly key: string; readonly target: ActiveTarget }

const ROW_PX = 31

/** All pools in one table; only the rows in view exist, so that ten thousand targets scroll as one. */
export function TargetTable(props: { pools: readonly TargetPool[]; readMs: number }): ReactNode {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const body = useRef<HTMLTableSectionElement>(null)
  const rows = useMemo(() => rowsOf(props.pools, closed, open), [props.pools, closed, open])
  const rowIn = (index: number, measure: RowWindow['measure']) => {
    const row = rows[index]!
    const shared = { index, measure }
    if (row.kind === 'pool')
      return (
        <PoolRow
          key={row.key}
          {...shared}
          pool={row.pool}
          isOpen={!closed.has(row.key)}
          onToggle={() => setClosed(flipped(closed, row.key))}
        />
      )
    if (row.kind === 'details') return <DetailsRow key={row.key} {...shared} target={row.target} />
    return (
      <TargetRow
        key={row.key}
        {...shared}
        target={row.target}
        readMs={props.readMs}
        isOpen={open.has(row.key)}
        onToggle={() => setOpen(flipped(open, row.key))}
      />
    )
  }
  return (
    <div className="card target-card">
      <table className="data-table target-table" aria-rowcount={rows.length + 1}>
        <TableHead />
        <tbody ref={body}>
          <PageRows
            body={body}
            count={rows.length}
            rowPx={ROW_PX}
            keyOf={(index) => rows[index]!.key}
          >
            {rowIn}
          </PageRows>
        </tbody>
      </table>
    </div>
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

function rowsOf(
  pools: readonly TargetPool[],
  closed: ReadonlySet<string>,
  open: ReadonlySet<string>,
): Row[] {
  const rows: Row[] = []
  for (const pool of pools) {
    const key = `pool ${pool.name}`
    rows.push({ kind: 'pool', key, pool })
    if (closed.has(key)) continue
    const seen = new Map<string, number>()
    for (const target of pool.targets) {
      // Two targets may share their address; the order of the page keeps them apart.
      const count = seen.get(target.scrapeUrl) ?? 0
      seen.set(target.scrapeUrl, count + 1)
      const own = `${pool.name} ${target.scrapeUrl} ${count}`
      rows.push({ kind: 'target', key: own, target })
      if (open.has(own)) rows.push({ kind: 'details', key: `${own} details`, target })
    }
  }
  return rows
}

function flipped(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(key)) next.add(key)
  return next
}

interface RowProps {
  readonly index: number
  readonly measure: RowWindow['measure']
}

function PoolRow(
  props: RowProps & { pool: TargetPool; isOpen: boolean; onToggle: () => void },
): ReactNode {
  const t = useText()
  const { measure, index } = props
  const { name, up, total } = props.pool
  return (
    <tr ref={measure} data-index={index} className="pool-row">
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

function TargetRow(
  props: RowProps & { target: ActiveTarget; readMs: number; isOpen: boolean; onToggle: () => void },
): ReactNode {
  const t = useText()
  const { target, measure, index } = props
  const ago = agoSeconds(target.lastScrape, props.readMs)
  return (
    <tr ref={measure} data-index={index} className={`target-row is-${target.health}`}>
      <td className="endpoint">
        <button
          type="button"
          className="fold"
          aria-expanded={props.isOpen}
          aria-label={t('targets.details', { target: target.scrapeUrl })}
          onClick={props.onToggle}
        >
          <Icon name={props.isOpen ? 'down' : 'right'} size={14} />
          <code>{target.scrapeUrl}</code>
        </button>
      </td>
      <td className="state">
        <Pill tone={TONE[target.health]}>{t(WORD[target.health])}</Pill>
      </td>
      <td className="label-cell">
        <LabelChips labels={target.labels} />
        {target.lastError !== '' && <div className="target-error">{target.lastError}</div>}
      </td>
      <td className="num" data-label={t('targets.lastScrape')}>
        {ago === undefined ? t('targets.never') : t('targets.ago', { span: formatAge(ago) })}
      </td>
      <td className="num" data-label={t('targets.duration')}>
        {ago === undefined ? '–' : formatValue(target.lastScrapeDuration, 'seconds')}
      </td>
    </tr>
  )
}

function DetailsRow(props: RowProps & { target: ActiveTarget }): ReactNode {
  const { measure, index } = props
  return (
    <tr ref={measure} data-index={index} className="details-row">
      <td colSpan={5}>
        <TargetDetails target={props.target} />
      </td>
    </tr>
  )
}
