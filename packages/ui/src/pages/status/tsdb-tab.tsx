import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { NamedCount, TsdbData } from '../../data/api-types.ts'
import { drillPath, type Statistic } from '../../data/cardinality.ts'
import { formatCount, formatValue } from '../../data/format.ts'
import { Segmented } from '../../kit/segmented.tsx'
import { Fetched } from '../../kit/states.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useSettings, useText, useTimeFormat } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useUrlParam } from '../use-url-param.ts'
import { DeleteForm } from './delete-form.tsx'

const ROWS = ['10', '50', '200'] as const

const TITLES = {
  metric: 'status.byMetric',
  label: 'status.byLabel',
  memory: 'status.byMemory',
  pair: 'status.byPair',
} as const

export function TsdbTab(): ReactNode {
  const t = useText()
  const [rows, setRows] = useUrlParam('limit')
  const limit = ROWS.find((one) => one === rows) ?? ROWS[0]
  const status = useApi<TsdbData>('status/tsdb', { limit }, { everyMs: 15_000 })
  return (
    <Fetched query={status}>
      {({ data }) => (
        <>
          <section className="card block">
            <div className="block-head">
              <h2>{t('status.head')}</h2>
              <Segmented
                label={t('status.rows')}
                value={limit}
                options={ROWS.map((value) => ({ value, label: value }))}
                onChange={(value) => setRows(value === ROWS[0] ? '' : value)}
              />
            </div>
            <Head head={data.headStats} />
          </section>
          <div className="columns">
            <CountTable of="metric" rows={data.seriesCountByMetricName} />
            <CountTable of="label" rows={data.labelValueCountByLabelName} />
            <CountTable of="memory" rows={data.memoryInBytesByLabelName} />
            <CountTable of="pair" rows={data.seriesCountByLabelValuePair} />
          </div>
          <ForEditors>
            <DeleteForm />
          </ForEditors>
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

function CountTable(props: { of: Statistic; rows: readonly NamedCount[] | null }): ReactNode {
  const t = useText()
  const { lang } = useSettings()
  const rows = props.rows ?? []
  const most = rows[0]?.value ?? 0
  const isBytes = props.of === 'memory'
  return (
    <section className="card">
      <h2 className="card-title">{t(TITLES[props.of])}</h2>
      {rows.length === 0 ? (
        <div className="empty">{t('status.emptyTable')}</div>
      ) : (
        <table className="data-table count-table">
          <thead>
            <tr>
              <th scope="col">{t('status.name')}</th>
              <th scope="col" className="num">
                {t(isBytes ? 'status.bytes' : 'status.count')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, value }) => (
              <tr key={name}>
                <td>
                  <Drill of={props.of} name={name} />
                  <i className="meter">
                    <i style={{ width: `${most > 0 ? (value / most) * 100 : 0}%` }} />
                  </i>
                </td>
                <td className="num">
                  {isBytes ? formatValue(value, 'bytes') : formatCount(value, lang)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** What is behind a row, as a query. */
function Drill(props: { of: Statistic; name: string }): ReactNode {
  const t = useText()
  const { name } = props
  return (
    <Link href={drillPath(props.of, name)} title={t('status.drill', { name })}>
      <code>{name}</code>
    </Link>
  )
}
