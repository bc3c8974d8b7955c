import { memo, type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import type { Discovered, DiscoveryPool } from '../../data/discovery.ts'
import { shareUp } from '../../data/targets.ts'
import { Icon } from '../../kit/icon.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { PageRows } from '../../kit/page-rows.tsx'
import { useText } from '../../services.tsx'
import { RelabelStepsView } from './relabel-steps-view.tsx'

type Row = { readonly key: number; readonly pool: DiscoveryPool } & (
  | { readonly kind: 'pool' | 'unlisted' }
  | { readonly kind: 'entry'; readonly entry: Discovered }
)

const ROW_PX = 64

export function DiscoveryTable(props: { pools: readonly DiscoveryPool[] }): ReactNode {
  const t = useText()
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set())
  const body = useRef<HTMLTableSectionElement>(null)
  const rows = useMemo(() => rowsOf(props.pools, closed), [props.pools, closed])
  const toggle = useCallback((id: number) => setOpened((before) => toggled(before, id)), [])
  const keyOf = useCallback((index: number) => rows[index]!.key, [rows])
  const rowIn = (index: number) => {
    const row = rows[index]!
    const { key, pool } = row
    if (row.kind === 'entry') {
      const { entry } = row
      const isOpen = opened.has(entry.id)
      return <EntryRow key={key} pool={pool.name} entry={entry} isOpen={isOpen} onToggle={toggle} />
    }
    if (row.kind === 'unlisted') return <UnlistedRow key={key} count={pool.unlisted} />
    return (
      <PoolRow
        key={key}
        pool={pool}
        isOpen={!closed.has(pool.name)}
        onToggle={() => setClosed(toggled(closed, pool.name))}
      />
    )
  }
  return (
    <div className="card target-card">
      <table className="data-table card-table discovery-table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col">{t('discovery.discovered')}</th>
            <th scope="col">{t('discovery.target')}</th>
          </tr>
        </thead>
        <tbody ref={body}>
          <PageRows body={body} count={rows.length} rowPx={ROW_PX} keyOf={keyOf}>
            {rowIn}
          </PageRows>
        </tbody>
      </table>
    </div>
  )
}

function toggled<T>(keys: ReadonlySet<T>, key: T): ReadonlySet<T> {
  const next = new Set(keys)
  if (!next.delete(key)) next.add(key)
  return next
}

/** Keys of entries are their ids; those of pools, and of what they do not list, are below zero. */
function rowsOf(pools: readonly DiscoveryPool[], closed: ReadonlySet<string>): Row[] {
  const rows: Row[] = []
  pools.forEach((pool, place) => {
    const key = -2 * place - 1
    rows.push({ kind: 'pool', key, pool })
    if (closed.has(pool.name)) return
    for (const entry of pool.entries) rows.push({ kind: 'entry', key: entry.id, pool, entry })
    if (pool.unlisted > 0) rows.push({ kind: 'unlisted', key: key - 1, pool })
  })
  return rows
}

function PoolRow(props: { pool: DiscoveryPool; isOpen: boolean; onToggle: () => void }): ReactNode {
  const t = useText()
  const { name, kept, dropped } = props.pool
  const total = kept + dropped
  return (
    <tr className="pool-row">
      <th colSpan={2} scope="rowgroup">
        <button
          type="button"
          className="fold"
          aria-expanded={props.isOpen}
          onClick={props.onToggle}
        >
          <Icon name={props.isOpen ? 'down' : 'right'} />
          <span>{name}</span>
          <Pill>{t('discovery.keptOf', { kept, total })}</Pill>
          <i className="up-bar is-quiet">
            <i style={{ width: `${shareUp(kept, total)}%` }} />
          </i>
        </button>
      </th>
    </tr>
  )
}

/** Drawn again only when something about it is other than before. */
const EntryRow = memo(function EntryRow(props: {
  pool: string
  entry: Discovered
  isOpen: boolean
  onToggle: (id: number) => void
}): ReactNode {
  const t = useText()
  const { pool, isOpen, onToggle } = props
  const { id, discovered, target, reason } = props.entry
  return (
    <tr>
      <td className="wide" data-label={t('discovery.discovered')}>
        <LabelChips labels={discovered} />
      </td>
      <td className="wide" data-label={t('discovery.target')}>
        {target !== undefined ? (
          <LabelChips labels={target} />
        ) : (
          <span className="hint">
            {reason === undefined || reason === ''
              ? t('discovery.droppedByRelabelling')
              : t('discovery.droppedBy', { reason })}
          </span>
        )}
        <div>
          <button
            type="button"
            className="fold steps-fold"
            aria-expanded={isOpen}
            onClick={() => onToggle(id)}
          >
            <Icon name={isOpen ? 'down' : 'right'} size={14} />
            {t('discovery.steps')}
          </button>
          {isOpen && <RelabelStepsView pool={pool} discovered={discovered} />}
        </div>
      </td>
    </tr>
  )
})

function UnlistedRow(props: { count: number }): ReactNode {
  const t = useText()
  return (
    <tr>
      <td colSpan={2} className="hint">
        {t('discovery.unlisted', { count: props.count })}
      </td>
    </tr>
  )
}
