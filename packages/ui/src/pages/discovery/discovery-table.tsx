import { type ReactNode, useMemo, useRef, useState } from 'react'
import type { Discovered, DiscoveryPool } from '../../data/discovery.ts'
import { shareUp } from '../../data/targets.ts'
import { Icon } from '../../kit/icon.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { PageRows } from '../../kit/page-rows.tsx'
import type { RowWindow } from '../../kit/use-rows.ts'
import { useText } from '../../services.tsx'
import { RelabelStepsView } from './relabel-steps-view.tsx'

type Row = { readonly key: string; readonly pool: DiscoveryPool } & (
  | { readonly kind: 'pool' | 'unlisted' }
  | { readonly kind: 'entry'; readonly entry: Discovered }
)

const ROW_PX = 64

export function DiscoveryTable(props: { pools: readonly DiscoveryPool[] }): ReactNode {
  const t = useText()
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const body = useRef<HTMLTableSectionElement>(null)
  const rows = useMemo(() => rowsOf(props.pools, closed), [props.pools, closed])
  const rowIn = (index: number, measure: RowWindow['measure']) => {
    const row = rows[index]!
    const shared = { index, measure }
    if (row.kind === 'entry')
      return (
        <EntryRow
          key={row.key}
          {...shared}
          pool={row.pool.name}
          entry={row.entry}
          isOpen={opened.has(row.key)}
          onToggle={() => setOpened(toggled(opened, row.key))}
        />
      )
    if (row.kind === 'unlisted')
      return <UnlistedRow key={row.key} {...shared} count={row.pool.unlisted} />
    return (
      <PoolRow
        key={row.key}
        {...shared}
        pool={row.pool}
        isOpen={!closed.has(row.pool.name)}
        onToggle={() => setClosed(toggled(closed, row.pool.name))}
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

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys)
  if (!next.delete(key)) next.add(key)
  return next
}

function rowsOf(pools: readonly DiscoveryPool[], closed: ReadonlySet<string>): Row[] {
  const rows: Row[] = []
  for (const pool of pools) {
    rows.push({ kind: 'pool', key: `pool ${pool.name}`, pool })
    if (closed.has(pool.name)) continue
    pool.entries.forEach((entry, place) =>
      rows.push({ kind: 'entry', key: `${pool.name} ${place}`, pool, entry }),
    )
    if (pool.unlisted > 0) rows.push({ kind: 'unlisted', key: `unlisted ${pool.name}`, pool })
  }
  return rows
}

interface RowProps {
  readonly index: number
  readonly measure: RowWindow['measure']
}

function PoolRow(
  props: RowProps & { pool: DiscoveryPool; isOpen: boolean; onToggle: () => void },
): ReactNode {
  const t = useText()
  const { measure, index } = props
  const { name, kept, dropped } = props.pool
  const total = kept + dropped
  return (
    <tr ref={measure} data-index={index} className="pool-row">
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

interface EntryProps extends RowProps {
  readonly pool: string
  readonly entry: Discovered
  readonly isOpen: boolean
  readonly onToggle: () => void
}

function EntryRow(props: EntryProps): ReactNode {
  const t = useText()
  const { measure, index, pool, isOpen, onToggle } = props
  const { discovered, target, reason } = props.entry
  return (
    <tr ref={measure} data-index={index}>
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
            onClick={onToggle}
          >
            <Icon name={isOpen ? 'down' : 'right'} size={14} />
            {t('discovery.steps')}
          </button>
          {isOpen && <RelabelStepsView pool={pool} discovered={discovered} />}
        </div>
      </td>
    </tr>
  )
}

function UnlistedRow(props: RowProps & { count: number }): ReactNode {
  const t = useText()
  const { measure, index } = props
  return (
    <tr ref={measure} data-index={index}>
      <td colSpan={2} className="hint">
        {t('discovery.unlisted', { count: props.count })}
      </td>
    </tr>
  )
}
