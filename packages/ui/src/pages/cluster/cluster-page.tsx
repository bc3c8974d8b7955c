import { type ReactNode, useMemo } from 'react'
import { type ClusterData, loadOf, sharedTargets } from '../../data/cluster.ts'
import { formatValue } from '../../data/format.ts'
import { safeAddress } from '../../data/safe-address.ts'
import { Button } from '../../kit/button.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { SearchInput } from '../../kit/search-input.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useShown } from '../../kit/use-shown.ts'
import { useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useApi } from '../use-api.ts'
import { useUrlParam } from '../use-url-param.ts'

const REFRESH_MS = 5_000
const TARGETS_SHOWN = 100

const STATES: Readonly<Record<ClusterData['state'], TextKey>> = {
  single: 'cluster.state.single',
  joining: 'cluster.state.joining',
  member: 'cluster.state.member',
  fenced: 'cluster.state.fenced',
  alone: 'cluster.state.alone',
}

/** Who is there, who scrapes what, who leads which rule group, and what waits to be sent. */
export function ClusterPage(): ReactNode {
  const t = useText()
  const cluster = useApi<ClusterData>('status/cluster', {}, { everyMs: REFRESH_MS })
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('cluster.title')}</h1>
        {cluster.data !== undefined && cluster.data.data.state !== 'single' && (
          <Pill tone={cluster.data.data.state === 'member' ? 'ok' : 'warn'}>
            {t(STATES[cluster.data.data.state])}
          </Pill>
        )}
      </div>
      <Fetched query={cluster}>
        {({ data }) => (
          <>
            {data.state === 'single' ? (
              <EmptyState icon="nodes" title={t('cluster.single')} hint={t('cluster.singleHint')} />
            ) : (
              <>
                {data.error !== '' && <p className="target-error">{data.error}</p>}
                <Members data={data} />
                <Groups data={data} />
                <Targets data={data} />
              </>
            )}
            {data.queues.length > 0 && <Queues data={data} />}
          </>
        )}
      </Fetched>
    </div>
  )
}

function Members(props: { data: ClusterData }): ReactNode {
  const t = useText()
  const { data } = props
  return (
    <section className="card cluster-card">
      <h2>{t('cluster.members', { name: data.name })}</h2>
      <table className="data-table card-table">
        <thead>
          <tr>
            <th scope="col">{t('cluster.member')}</th>
            <th scope="col">{t('cluster.address')}</th>
            <th scope="col" className="num">
              {t('cluster.weight')}
            </th>
            <th scope="col" className="num">
              {t('cluster.scrapes')}
            </th>
            <th scope="col" className="num">
              {t('cluster.leads')}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.members.map(({ id, url, weight }) => {
            const { targets, groups } = loadOf(data, id)
            return (
              <tr key={id}>
                <td>
                  <strong>{id}</strong> {id === data.id && <Pill>{t('cluster.self')}</Pill>}{' '}
                  {id === data.notifier && <Pill>{t('cluster.notifier')}</Pill>}
                </td>
                <td className="wide">
                  <MemberLink url={url} isSelf={id === data.id} />
                </td>
                <td className="num" data-label={t('cluster.weight')}>
                  {weight}
                </td>
                <td className="num" data-label={t('cluster.scrapes')} data-scrapes={targets}>
                  {targets}
                </td>
                <td className="num" data-label={t('cluster.leads')}>
                  {groups}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** The same page as another member sees it. */
function MemberLink(props: { url: string; isSelf: boolean }): ReactNode {
  const href = safeAddress(`${props.url}/cluster`)
  return href === undefined || props.isSelf ? props.url : <a href={href}>{props.url}</a>
}

function Groups(props: { data: ClusterData }): ReactNode {
  const t = useText()
  const { groups } = props.data
  if (groups.length === 0) return null
  return (
    <section className="card cluster-card">
      <h2>{t('cluster.groups')}</h2>
      <table className="data-table card-table">
        <thead>
          <tr>
            <th scope="col">{t('cluster.group')}</th>
            <th scope="col">{t('cluster.file')}</th>
            <th scope="col">{t('cluster.leader')}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ name, file, leader }) => (
            <tr key={`${file} ${name}`}>
              <td>
                <strong>{name}</strong>
              </td>
              <td className="wide">{file}</td>
              <td data-label={t('cluster.leader')}>{leader === '' ? <Nobody /> : leader}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Nobody(): ReactNode {
  const t = useText()
  return <Pill tone="warn">{t('cluster.nobody')}</Pill>
}

function Targets(props: { data: ClusterData }): ReactNode {
  const t = useText()
  const [text, setText] = useUrlParam('search')
  const { targets } = props.data
  const found = useMemo(() => sharedTargets(targets, text), [targets, text])
  const { shown, rest, more } = useShown(found, TARGETS_SHOWN)
  return (
    <section className="card cluster-card">
      <header>
        <h2>{t('cluster.targets', { count: targets.length })}</h2>
        <SearchInput label={t('cluster.filter')} value={text} onChange={setText} />
      </header>
      <table className="data-table card-table">
        <thead>
          <tr>
            <th scope="col">{t('cluster.job')}</th>
            <th scope="col">{t('cluster.address')}</th>
            <th scope="col">{t('cluster.labels')}</th>
            <th scope="col">{t('cluster.scrapedBy')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ scrapePool, scrapeUrl, labels, owners }) => (
            <tr key={`${scrapePool} ${scrapeUrl} ${JSON.stringify(labels)}`}>
              <td>{scrapePool}</td>
              <td className="wide">{scrapeUrl}</td>
              <td className="wide">
                <LabelChips labels={labels} except={['job']} />
              </td>
              <td data-label={t('cluster.scrapedBy')}>
                {owners.length === 0 ? <Nobody /> : owners.join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <Button onClick={more}>{t('cluster.more', { count: rest })}</Button>}
    </section>
  )
}

function Queues(props: { data: ClusterData }): ReactNode {
  const t = useText()
  return (
    <section className="card cluster-card">
      <h2>{t('cluster.queues')}</h2>
      <table className="data-table card-table">
        <thead>
          <tr>
            <th scope="col">{t('cluster.endpoint')}</th>
            <th scope="col" className="num">
              {t('cluster.pending')}
            </th>
            <th scope="col" className="num">
              {t('cluster.onDisk')}
            </th>
          </tr>
        </thead>
        <tbody>
          {props.data.queues.map(({ name, url, pending, diskBytes }) => (
            <tr key={name}>
              <td className="wide">{url}</td>
              <td className="num" data-label={t('cluster.pending')}>
                {formatValue(pending)}
              </td>
              <td className="num" data-label={t('cluster.onDisk')}>
                {formatValue(diskBytes, 'bytes')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
