import type { ReactNode } from 'react'
import type { Health, TargetsData } from '../../data/api-types.ts'
import { type ServiceEntry, type ServiceGroup, serviceGroups } from '../../data/services.ts'
import { Icon } from '../../kit/icon.tsx'
import { Pill } from '../../kit/labels.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useApi } from '../use-api.ts'
import { useUrlParam } from '../use-url-param.ts'

const REFRESH_MS = 5_000

/** Who is registered, where, with which routes, and whether its metrics can be had. */
export function ServicesPage(): ReactNode {
  const t = useText()
  const [text, setText] = useUrlParam('search')
  const targets = useApi<TargetsData>('targets', { state: 'active' }, { everyMs: REFRESH_MS })
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('services.title')}</h1>
        <span className="spacer" />
        <div className="filters">
          <SearchInput label={t('services.filter')} value={text} onChange={setText} />
        </div>
      </div>
      <Fetched query={targets}>{({ data }) => <Services data={data} filter={text} />}</Fetched>
    </div>
  )
}

function Services(props: { data: TargetsData; filter: string }): ReactNode {
  const t = useText()
  const groups = serviceGroups(props.data, props.filter)
  if (groups.length === 0) {
    return props.filter === '' ? (
      <EmptyState icon="link" title={t('services.none')} hint={t('services.noneHint')} />
    ) : (
      <EmptyState icon="search" title={t('targets.noMatch')} hint={t('targets.noMatchHint')} />
    )
  }
  return (
    <div className="card target-card">
      <table className="data-table card-table">
        <thead>
          <tr>
            <th scope="col">{t('services.instance')}</th>
            <th scope="col">{t('targets.state')}</th>
            <th scope="col">{t('services.routes')}</th>
            <th scope="col" className="num">
              {t('services.lease')}
            </th>
          </tr>
        </thead>
        {groups.map((group) => (
          <Group key={group.name} group={group} />
        ))}
      </table>
    </div>
  )
}

function Group(props: { group: ServiceGroup }): ReactNode {
  const t = useText()
  const { name, up, entries } = props.group
  return (
    <tbody>
      <tr className="pool-row">
        <th colSpan={4} scope="rowgroup">
          <span className="fold">
            {name}
            <Pill tone={up === entries.length ? 'ok' : up === 0 ? 'crit' : 'warn'}>
              {t('targets.upOf', { up, total: entries.length })}
            </Pill>
          </span>
        </th>
      </tr>
      {entries.map((entry) => (
        <Instance key={`${entry.id} ${entry.address}`} entry={entry} />
      ))}
    </tbody>
  )
}

const TONE = { up: 'ok', down: 'crit', unknown: 'warn' } as const
const WORD: Readonly<Record<Health, TextKey>> = {
  up: 'targets.up',
  down: 'targets.down',
  unknown: 'targets.unknown',
}

function Instance(props: { entry: ServiceEntry }): ReactNode {
  const t = useText()
  const { id, address, health, lastError, leaseSeconds, routes, metricsUrl } = props.entry
  return (
    <tr className={`target-row is-${health}`}>
      <td className="endpoint">
        <div>{id}</div>
        <a href={metricsUrl} target="_blank" rel="noopener noreferrer">
          <code>{address}</code> <Icon name="external" size={14} />
        </a>
      </td>
      <td>
        <Pill tone={TONE[health]}>{t(WORD[health])}</Pill>
      </td>
      <td className="label-cell">
        <span className="labels">
          {routes.map(({ path, methods }) => (
            <span key={path} className="label">
              <i>{methods} </i>
              {path}
            </span>
          ))}
        </span>
        {lastError !== '' && <div className="target-error">{lastError}</div>}
      </td>
      <td className="num" data-label={t('services.lease')}>
        {leaseSeconds === undefined ? '–' : t('services.seconds', { count: leaseSeconds })}
      </td>
    </tr>
  )
}
