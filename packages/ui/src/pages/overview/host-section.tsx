import { type ReactNode, useMemo } from 'react'
import type { QueryData, TsdbData, VectorSample } from '../../data/api-types.ts'
import { nowMs } from '../../data/browser.ts'
import { formatAge, formatValue } from '../../data/format.ts'
import { HOST_WINDOWS, hostQueries } from '../../data/host-queries.ts'
import { Segmented } from '../../kit/segmented.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useUrlParam } from '../use-url-param.ts'
import { FilesystemPanel } from './filesystem-panel.tsx'
import { LivePanel } from './live-panel.tsx'

const REFRESH_MS = 5000

/** Live graphs of one machine; the one with the host exporter, or the chosen one where there are several. */
export function HostSection(): ReactNode {
  const hosts = useApi<QueryData>('query', { query: 'node_uname_info' }, { everyMs: REFRESH_MS })
  return (
    <Fetched query={hosts} loading={<div className="panel-grid is-loading" />}>
      {({ data }) => <Hosts samples={data.resultType === 'vector' ? data.result : []} />}
    </Fetched>
  )
}

function Hosts(props: { samples: readonly VectorSample[] }): ReactNode {
  const t = useText()
  const [wanted, setWanted] = useUrlParam('instance')
  const [range, setRange] = useUrlParam('range')
  const { samples } = props
  const host = samples.find(({ metric }) => metric['instance'] === wanted) ?? samples[0]
  const windowName = HOST_WINDOWS[range] === undefined ? '15m' : range
  if (host === undefined)
    return (
      <section className="card">
        <EmptyState icon="chart" title={t('overview.noHost')} hint={t('overview.noHostHint')} />
      </section>
    )
  const instance = host.metric['instance'] ?? ''
  return (
    <section aria-label={t('overview.machine')}>
      <div className="page-head host-head">
        <h2>{host.metric['nodename'] ?? instance}</h2>
        <HostFacts host={host} instance={instance} />
        <span className="spacer" />
        {samples.length > 1 && (
          <select
            className="select"
            aria-label={t('overview.machine')}
            value={instance}
            onChange={(event) => setWanted(event.target.value)}
          >
            {samples.map(({ metric }) => (
              <option key={metric['instance']} value={metric['instance']}>
                {`${metric['nodename'] ?? ''} (${metric['instance'] ?? ''})`}
              </option>
            ))}
          </select>
        )}
        <Segmented
          label={t('overview.range')}
          value={windowName}
          options={Object.keys(HOST_WINDOWS).map((value) => ({ value, label: value }))}
          onChange={(value) => setRange(value === '15m' ? '' : value)}
        />
      </div>
      <HostPanels instance={instance} windowName={windowName} />
    </section>
  )
}

function HostFacts(props: { host: VectorSample; instance: string }): ReactNode {
  const t = useText()
  const at = `{instance=${JSON.stringify(props.instance)}}`
  const boot = useFirstValue(`node_boot_time_seconds${at}`)
  const cpus = useFirstValue(`count(count by (cpu) (node_cpu_seconds_total${at}))`)
  const { sysname = '', release = '', machine = '' } = props.host.metric
  const facts = [`${sysname} ${release}`.trim(), machine]
  if (cpus !== undefined) facts.push(t('overview.cpus', { count: cpus }))
  if (boot !== undefined)
    facts.push(t('overview.uptime', { span: formatAge(nowMs() / 1000 - boot) }))
  return <span className="hint">{facts.filter(Boolean).join(' · ')}</span>
}

function useFirstValue(expr: string): number | undefined {
  const answer = useApi<QueryData>('query', { query: expr }, { everyMs: 60_000 })
  const data = answer.data?.data
  const sample = data?.resultType === 'vector' ? data.result[0]?.value : undefined
  return sample === undefined ? undefined : Number(sample[1])
}

function HostPanels(props: { instance: string; windowName: string }): ReactNode {
  const t = useText()
  const window = HOST_WINDOWS[props.windowName]!
  const queries = useMemo(
    () =>
      hostQueries(props.instance, window.stepSeconds, {
        load1: t('overview.load1'),
        load5: t('overview.load5'),
        load15: t('overview.load15'),
        used: t('overview.memoryUsed'),
        cache: t('overview.memoryCache'),
        received: t('overview.received'),
        sent: t('overview.sent'),
        read: t('overview.read'),
        written: t('overview.written'),
      }),
    [props.instance, window, t],
  )
  const memoryBytes = useFirstValue(
    `node_memory_MemTotal_bytes{instance=${JSON.stringify(props.instance)}}`,
  )
  const tsdb = useApi<TsdbData>('status/tsdb', {}, { everyMs: REFRESH_MS })
  // Beyond the head's two hours there may be blocks, which begin earlier than it says.
  const oldestMs = window.rangeSeconds > 3600 ? undefined : tsdb.data?.data.headStats.minTime
  const shared = { window, everyMs: REFRESH_MS, oldestMs }
  return (
    <div className="panel-grid">
      <LivePanel
        {...shared}
        title={t('overview.cpu')}
        queries={queries.cpu}
        unit="ratio"
        stacked
        max={1}
      />
      <LivePanel
        {...shared}
        title={t('overview.memory')}
        queries={queries.memory}
        unit="bytes"
        stacked
        {...(memoryBytes === undefined
          ? {}
          : {
              max: memoryBytes,
              note: t('overview.of', { size: formatValue(memoryBytes, 'bytes') }),
            })}
      />
      <LivePanel {...shared} title={t('overview.load')} queries={queries.load} unit="plain" />
      <LivePanel
        {...shared}
        title={t('overview.network')}
        queries={queries.network}
        unit="bytesPerSecond"
        fill
      />
      <LivePanel
        {...shared}
        title={t('overview.disk')}
        queries={queries.disk}
        unit="bytesPerSecond"
        fill
      />
      <FilesystemPanel instance={props.instance} everyMs={REFRESH_MS * 3} />
    </div>
  )
}
