import type { ReactNode } from 'react'
import type { TextMap } from '../../data/api-types.ts'
import { formatValue } from '../../data/format.ts'
import { buildFacts, runtimeFacts, type StatusFact } from '../../data/status-facts.ts'
import { Fetched } from '../../kit/states.tsx'
import { Pill } from '../../kit/labels.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useApi } from '../use-api.ts'

/** Names that have words of their own; every other field is shown under the name that the server gave it. */
const NAMES: Readonly<Record<string, TextKey>> = {
  startTime: 'status.startTime',
  CWD: 'status.CWD',
  reloadConfigSuccess: 'status.reloadConfigSuccess',
  lastConfigTime: 'status.lastConfigTime',
  corruptionCount: 'status.corruptionCount',
  storageRetention: 'status.storageRetention',
  serverTime: 'status.serverTime',
  hostname: 'status.hostname',
  goroutineCount: 'status.tasks',
  GOMAXPROCS: 'status.cpus',
  GOMEMLIMIT: 'status.memoryLimit',
  pharos: 'status.version',
  compatible: 'status.compatible',
  version: 'status.version',
  revision: 'status.revision',
  branch: 'status.branch',
  buildUser: 'status.buildUser',
  buildDate: 'status.buildDate',
}

export function RuntimeTab(): ReactNode {
  const t = useText()
  const runtime = useApi<TextMap>('status/runtimeinfo', {}, { everyMs: 10_000 })
  const build = useApi<TextMap>('status/buildinfo', {})
  return (
    <div className="columns">
      <section className="card block">
        <h2>{t('status.server')}</h2>
        <Fetched query={runtime}>{({ data }) => <Facts facts={runtimeFacts(data)} />}</Fetched>
      </section>
      <section className="card block">
        <h2>{t('status.build')}</h2>
        <Fetched query={build}>{({ data }) => <Facts facts={buildFacts(data)} />}</Fetched>
      </section>
    </div>
  )
}

function Facts(props: { facts: readonly StatusFact[] }): ReactNode {
  const t = useText()
  return (
    <dl className="facts">
      {props.facts.map((fact) => (
        <div key={fact.name}>
          <dt>{Object.hasOwn(NAMES, fact.name) ? t(NAMES[fact.name]!) : fact.name}</dt>
          <dd>
            <Fact {...fact} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Fact(props: StatusFact): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const { value, unit } = props
  if (unit !== undefined) return <>{formatValue(Number(value), unit)}</>
  if (typeof value === 'boolean')
    return <Pill tone={value ? 'ok' : 'crit'}>{t(value ? 'status.yes' : 'status.no')}</Pill>
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value)) {
    const ms = Date.parse(value)
    if (ms === ms) return <time dateTime={value}>{time.full(ms)}</time>
  }
  return <>{value}</>
}
