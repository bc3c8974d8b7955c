import type { ReactNode } from 'react'
import type { NamedCount, TsdbData } from '../../data/api-types.ts'
import { formatCount, formatValue } from '../../data/format.ts'
import { Fetched } from '../../kit/states.tsx'
import { useSettings, useText, useTimeFormat } from '../../services.tsx'
import { useApi } from '../use-api.ts'

export function TsdbTab(): ReactNode {
  const t = useText()
  const status = useApi<TsdbData>('status/tsdb', {}, { everyMs: 15_000 })
  return (
    <Fetched query={status}>
      {({ data }) => (
        <>
          <section className="card block">
            <h2>{t('status.head')}</h2>
            <Head head={data.headStats} />
          </section>
          <div className="columns">
            <CountTable title={t('status.byMetric')} rows={data.seriesCountByMetricName} />
            <CountTable title={t('status.byLabel')} rows={data.labelValueCountByLabelName} />
            <CountTable title={t('status.byMemory')} rows={data.memoryInBytesByLabelName} isBytes />
            <CountTable title={t('status.byPair')} rows={data.seriesCountByLabelValuePair} />
          </div>
        </>
      )}
    </Fetched>
  )
}

function Head(props: { head: TsdbData['headStats'] }): ReactNode {
  const t = useText()
  const { lang } = useSettings()
  const time = useTimeFormat()
  const { numSeries, numLabelPairs, chunkCount, minTime, maxTime } = props.head
  // An empty head has its times at the ends of the number range.
  const when = (ms: number) => (Math.abs(ms) < 8.64e15 && numSeries > 0 ? time.full(ms) : '–')
  return (
    <dl className="facts is-row">
      <div>
        <dt>{t('status.headSeries')}</dt>
        <dd>{formatCount(numSeries, lang)}</dd>
      </div>
      <div>
        <dt>{t('status.headChunks')}</dt>
        <dd>{formatCount(chunkCount, lang)}</dd>
      </div>
      {numLabelPairs !== undefined && (
        <div>
          <dt>{t('status.headPairs')}</dt>
          <dd>{formatCount(numLabelPairs, lang)}</dd>
        </div>
      )}
      <div>
        <dt>{t('status.headMin')}</dt>
        <dd>{when(minTime)}</dd>
      </div>
      <div>
        <dt>{t('status.headMax')}</dt>
        <dd>{when(maxTime)}</dd>
      </div>
    </dl>
  )
}

function CountTable(props: {
  title: string
  rows: readonly NamedCount[] | null
  isBytes?: boolean
}): ReactNode {
  const t = useText()
  const { lang } = useSettings()
  const rows = props.rows ?? []
  const most = rows[0]?.value ?? 0
  return (
    <section className="card">
      <h2 className="card-title">{props.title}</h2>
      {rows.length === 0 ? (
        <div className="empty">{t('status.emptyTable')}</div>
      ) : (
        <table className="data-table count-table">
          <thead>
            <tr>
              <th scope="col">{t('status.name')}</th>
              <th scope="col" className="num">
                {t(props.isBytes === true ? 'status.bytes' : 'status.count')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, value }) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                  <i className="meter">
                    <i style={{ width: `${most > 0 ? (value / most) * 100 : 0}%` }} />
                  </i>
                </td>
                <td className="num">
                  {props.isBytes === true ? formatValue(value, 'bytes') : formatCount(value, lang)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
