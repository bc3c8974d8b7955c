import { type ReactNode, useMemo } from 'react'
import { useLocation } from 'wouter'
import type { TargetsData } from '../../data/api-types.ts'
import {
  type DiscoveryFilter,
  type DiscoveryIndex,
  filterDiscovery,
  indexDiscovery,
} from '../../data/discovery.ts'
import { Button } from '../../kit/button.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { type Option, Segmented } from '../../kit/segmented.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useMadeWhenIdle } from '../use-made-when-idle.ts'
import { useUrlParam } from '../use-url-param.ts'
import { DiscoveryTable } from './discovery-table.tsx'

const REFRESH_MS = 15_000

/** Every target that discovery found: its labels before relabelling, and what became of them. */
export function DiscoveryPage(): ReactNode {
  const t = useText()
  const targets = useApi<TargetsData>('targets', {}, { everyMs: REFRESH_MS })
  const data = targets.data?.data
  const index = useMemo(() => (data === undefined ? undefined : indexDiscovery(data)), [data])
  useMadeWhenIdle(index?.texts)
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('discovery.title')}</h1>
        <span className="spacer" />
        <Filters pools={index?.pools ?? []} />
      </div>
      <Fetched query={targets}>{() => index !== undefined && <Pools index={index} />}</Fetched>
    </div>
  )
}

function Filters(props: { pools: DiscoveryIndex['pools'] }): ReactNode {
  const t = useText()
  const [state, setState] = useUrlParam('state')
  const [pool, setPool] = useUrlParam('pool')
  const [text, setText] = useUrlParam('search')
  const options: Option<'all' | 'kept' | 'dropped'>[] = [
    { value: 'all', label: t('discovery.all') },
    { value: 'kept', label: t('discovery.kept') },
    { value: 'dropped', label: t('discovery.dropped') },
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
        {props.pools.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <Segmented
        label={t('discovery.state')}
        value={stateOf(state) ?? 'all'}
        options={options}
        onChange={(value) => setState(value === 'all' ? '' : value)}
      />
      <SearchInput label={t('discovery.filter')} value={text} onChange={setText} />
    </div>
  )
}

function stateOf(text: string): DiscoveryFilter['state'] {
  return text === 'kept' || text === 'dropped' ? text : undefined
}

function Pools(props: { index: DiscoveryIndex }): ReactNode {
  const t = useText()
  const { index } = props
  const [, navigate] = useLocation()
  const [state] = useUrlParam('state')
  const [pool] = useUrlParam('pool')
  const [text] = useUrlParam('search')
  const pools = useMemo(
    () =>
      filterDiscovery(index, {
        state: stateOf(state),
        pool: pool === '' ? undefined : pool,
        text,
      }),
    [index, state, pool, text],
  )
  if (index.pools.length === 0)
    return <EmptyState icon="radar" title={t('discovery.none')} hint={t('targets.noneHint')} />
  if (pools.length === 0)
    return (
      <EmptyState icon="search" title={t('targets.noMatch')} hint={t('targets.noMatchHint')}>
        <Button onClick={() => navigate('/service-discovery', { replace: true })}>
          {t('targets.clear')}
        </Button>
      </EmptyState>
    )
  return <DiscoveryTable pools={pools} />
}
