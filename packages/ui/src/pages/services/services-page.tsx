import type { ReactNode } from 'react'
import type { Health } from '../../data/api-types.ts'
import { formatValue } from '../../data/format.ts'
import {
  latencyOf,
  type ServiceCheck,
  type ServiceGroup,
  serviceGroups,
  type ServiceInstance,
  type ServicesData,
} from '../../data/services.ts'
import { Icon } from '../../kit/icon.tsx'
import { Pill } from '../../kit/labels.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useApi } from '../use-api.ts'
import { useUrlParam } from '../use-url-param.ts'

const REFRESH_MS = 5_000

/** Who is registered, where, with which routes, whether its metrics can be had, and what its health check says. */
export function ServicesPage(): ReactNode {
  const t = useText()
  const [text, setText] = useUrlParam('search')
  const services = useApi<ServicesData>('services', {}, { everyMs: REFRESH_MS })
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('services.title')}</h1>
        <span className="spacer" />
        <div className="filters">
          <SearchInput label={t('services.filter')} value={text} onChange={setText} />
        </div>
      </div>
      <Fetched query={services}>{({ data }) => <Services data={data} filter={text} />}</Fetched>
    </div>
  )
}

function Services(props: { data: ServicesData; filter: string }): ReactNode {
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
      <table className="data-table card-table target-table service-table">
        <thead>
          <tr>
            <th scope="col">{t('services.instance')}</th>
            <th scope="col">{t('services.metrics')}</th>
            <th scope="col">{t('services.check')}</th>
            <th scope="col">{t('services.routes')}</th>
            <th scope="col" className="num">
              {t('services.latency')}
            </th>
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
  const { name, well, instances } = props.group
  const total = instances.length
  return (
    <tbody>
      <tr className="pool-row">
        <th colSpan={6} scope="rowgroup">
          <span className="fold">
            {name}
            <Pill tone={well === total ? 'ok' : well === 0 ? 'crit' : 'warn'}>
              {t('services.wellOf', { well, total })}
            </Pill>
          </span>
        </th>
      </tr>
      {instances.map((one) => (
        <Instance key={`${one.id} ${one.address}`} instance={one} />
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

function Instance(props: { instance: ServiceInstance }): ReactNode {
  const t = useText()
  const { id, address, health, lastError, leaseSeconds, routes, metricsUrl, check } = props.instance
  const latency = latencyOf(props.instance)
  const tone = check?.state === 'critical' ? 'down' : health
  return (
    <tr className={`target-row is-${tone}`}>
      <td className="endpoint">
        <div>{id}</div>
        <a href={metricsUrl} target="_blank" rel="noopener noreferrer">
          <code>{address}</code> <Icon name="external" size={14} />
        </a>
      </td>
      <td data-label={t('services.metrics')}>
        <Pill tone={TONE[health]}>{t(WORD[health])}</Pill>
        {lastError !== '' && <div className="target-error">{lastError}</div>}
      </td>
      <td data-label={t('services.check')}>
        <Check check={check} />
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
      </td>
      <td className="num" data-label={t('services.latency')}>
        {latency === undefined ? '–' : formatValue(latency, 'seconds')}
      </td>
      <td className="num" data-label={t('services.lease')}>
        {leaseSeconds === undefined ? '–' : t('services.seconds', { count: leaseSeconds })}
      </td>
    </tr>
  )
}

const CHECK_TONE = { passing: 'ok', critical: 'crit', unknown: 'warn' } as const
const CHECK_WORD: Readonly<Record<ServiceCheck['state'], TextKey>> = {
  passing: 'services.passing',
  critical: 'services.critical',
  unknown: 'targets.unknown',
}

function Check(props: { check: ServiceCheck | undefined }): ReactNode {
  const t = useText()
  const { check } = props
  if (check === undefined) return <span className="hint">{t('services.noCheck')}</span>
  return (
    <>
      <span title={check.check}>
        <Pill tone={CHECK_TONE[check.state]}>{t(CHECK_WORD[check.state])}</Pill>
      </span>
      {check.lastError !== '' && <div className="target-error">{check.lastError}</div>}
    </>
  )
}
