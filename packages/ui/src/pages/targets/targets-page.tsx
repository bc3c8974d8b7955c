import { type ReactNode, useMemo } from 'react'
import { useLocation } from 'wouter'
import type { Health } from '../../data/api-types.ts'
import { healthCounts, type TargetColumnsData } from '../../data/target-columns.ts'
import { filterPools, indexTargets } from '../../data/targets.ts'
import { Button } from '../../kit/button.tsx'
import { Pill } from '../../kit/labels.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { type Option, Segmented } from '../../kit/segmented.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useUrlParam } from '../use-url-param.ts'
import { TargetTable } from './target-table.tsx'

const REFRESH_MS = 5000

export function TargetsPage(): ReactNode {
  const t = useText()
  const targets = useApi<TargetColumnsData>('targets/columns', {}, { everyMs: REFRESH_MS })
  const data = targets.data?.data
  const counts = useMemo(() => healthCounts(data?.pools ?? []), [data])
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('targets.title')}</h1>
        {data !== undefined && (
          <>
            {counts.down > 0 && (
              <Pill tone="crit">{t('targets.failing', { count: counts.down })}</Pill>
            )}
            <Pill tone="ok">{t('targets.healthy', { count: counts.up })}</Pill>
          </>
        )}
        <span className="spacer" />
        <Filters data={data} />
      </div>
      <Fetched query={targets}>
        {(answer) => <Pools data={answer.data} readMs={targets.dataUpdatedAt} />}
      </Fetched>
    </div>
  )
}

type State = Health | 'all'

function Filters(props: { data: TargetColumnsData | undefined }): ReactNode {
  const t = useText()
  const [state, setState] = useUrlParam('state')
  const [pool, setPool] = useUrlParam('pool')
  const [text, setText] = useUrlParam('search')
  const pools = props.data?.pools ?? []
  const options: Option<State>[] = [
    { value: 'all', label: t('targets.all') },
    { value: 'up', label: t('targets.up') },
    { value: 'down', label: t('targets.down') },
    { value: 'unknown', label: t('targets.unknown') },
  ]
  return (
    <div className="filters">
      <select
        className="select"
        aria-label={t('targets.pool')}
        value={pool}
        onChange={(event) => setPool(event.target.value)}
      >
        <option value="">{t('targets.allPools')}</option>
        {pools.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <Segmented
        label={t('targets.state')}
        value={healthOf(state) ?? 'all'}
        options={options}
        onChange={(value) => setState(value === 'all' ? '' : value)}
      />
      <SearchInput label={t('targets.filter')} value={text} onChange={setText} />
    </div>
  )
}

function healthOf(text: string): Health | undefined {
  return text === 'up' || text === 'down' || text === 'unknown' ? text : undefined
}

function Pools(props: { data: TargetColumnsData; readMs: number }): ReactNode {
  const t = useText()
  const { data } = props
  const [, navigate] = useLocation()
  const [state] = useUrlParam('state')
  const [pool] = useUrlParam('pool')
  const [text] = useUrlParam('search')
  const index = useMemo(() => indexTargets(data.pools), [data])
  const pools = useMemo(
    () =>
      filterPools(index, {
        health: healthOf(state),
        pool: pool === '' ? undefined : pool,
        text,
      }),
    [index, state, pool, text],
  )
  const dropped = Object.values(data.droppedTargetCounts).reduce((a, b) => a + b, 0)
  if (index.length === 0)
    return (
      <EmptyState icon="target" title={t('targets.none')} hint={t('targets.noneHint')}>
        {dropped > 0 && <p>{t('targets.dropped', { count: dropped })}</p>}
      </EmptyState>
    )
  if (pools.length === 0)
    return (
      <EmptyState icon="search" title={t('targets.noMatch')} hint={t('targets.noMatchHint')}>
        <Button onClick={() => navigate('/targets', { replace: true })}>
          {t('targets.clear')}
        </Button>
      </EmptyState>
    )
  return (
    <>
      <TargetTable pools={pools} readMs={props.readMs} />
      {dropped > 0 && <p className="hint under">{t('targets.dropped', { count: dropped })}</p>}
    </>
  )
}
