import type { ReactNode } from 'react'
import { type ClusterData, loadOf } from '../../data/cluster.ts'
import { Pill } from '../../kit/labels.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useApi } from '../use-api.ts'

const REFRESH_MS = 5_000

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
      </div>
      <Fetched query={cluster}>
        {({ data }) => (
          <>
            {data.state === 'single' ? (
              <EmptyState icon="link" title={t('cluster.single')} hint={t('cluster.singleHint')} />
            ) : (
              <>
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
    <section className="card">
      <h2>
        {t('cluster.members', { name: data.name })}{' '}
        <Pill tone={data.state === 'member' ? 'ok' : 'warn'}>{t(STATES[data.state])}</Pill>
      </h2>
      {data.error !== '' && <p>{data.error}</p>}
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
                  {id}
                  {id === data.id && ` (${t('cluster.self')})`}
                  {id === data.notifier && ` · ${t('cluster.notifier')}`}
                </td>
                <td>{url}</td>
                <td className="num">{weight}</td>
                <td className="num">{targets}</td>
                <td className="num">{groups}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function Groups(props: { data: ClusterData }): ReactNode {
  const t = useText()
  const { groups } = props.data
  if (groups.length === 0) return null
  return (
    <section className="card">
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
              <td>{name}</td>
              <td>{file}</td>
              <td>{leader === '' ? t('cluster.nobody') : leader}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** More rows than these help nobody; the numbers of members are above. */
const TARGETS_MAX = 500

function Targets(props: { data: ClusterData }): ReactNode {
  const t = useText()
  const { targets } = props.data
  return (
    <section className="card">
      <h2>{t('cluster.targets', { count: targets.length })}</h2>
      <table className="data-table card-table">
        <thead>
          <tr>
            <th scope="col">{t('cluster.job')}</th>
            <th scope="col">{t('cluster.address')}</th>
            <th scope="col">{t('cluster.scrapedBy')}</th>
          </tr>
        </thead>
        <tbody>
          {targets.slice(0, TARGETS_MAX).map(({ scrapePool, scrapeUrl, labels, owners }) => (
            <tr key={`${scrapePool} ${scrapeUrl} ${JSON.stringify(labels)}`}>
              <td>{scrapePool}</td>
              <td>{scrapeUrl}</td>
              <td>{owners.length === 0 ? t('cluster.nobody') : owners.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Queues(props: { data: ClusterData }): ReactNode {
  const t = useText()
  return (
    <section className="card">
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
              <td>{url}</td>
              <td className="num">{pending}</td>
              <td className="num">{diskBytes}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
