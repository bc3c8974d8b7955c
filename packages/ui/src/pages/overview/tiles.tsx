import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { QueryData, TextMap, TsdbData } from '../../data/api-types.ts'
import { formatAge, formatCount, formatValue, type Unit } from '../../data/format.ts'
import { ingestRateQuery, ownInstance, storageBytesQuery } from '../../data/self-queries.ts'
import { healthCounts, type TargetColumnsData } from '../../data/target-columns.ts'
import { shareUp } from '../../data/targets.ts'
import { Fetched } from '../../kit/states.tsx'
import { useSettings, useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'

const REFRESH_MS = 5000

/** Four numbers about the server: what it watches, how much comes in, what it holds. */
export function Tiles(): ReactNode {
  const t = useText()
  const targets = useApi<TargetColumnsData>('targets/columns', {}, { everyMs: REFRESH_MS })
  const tsdb = useApi<TsdbData>('status/tsdb', {}, { everyMs: REFRESH_MS })
  const runtime = useApi<TextMap>('status/runtimeinfo', {}, { everyMs: 60_000 })
  const instance = ownInstance(targets.data?.data.pools ?? [], window.location.host)
  const retention = runtime.data?.data['storageRetention']
  return (
    <Fetched query={targets} loading={<div className="tiles is-loading" />}>
      {({ data }) => (
        <div className="tiles">
          <TargetsTile data={data} />
          <SeriesTile data={tsdb.data?.data} />
          <QueryTile
            href="/tsdb-status"
            title={t('overview.ingest')}
            hint={t('overview.ingestHint')}
            expr={ingestRateQuery(instance)}
            unit="plain"
          />
          <QueryTile
            href="/tsdb-status"
            title={t('overview.storage')}
            hint={
              retention === undefined || retention === ''
                ? t('overview.storageHintNone')
                : t('overview.storageHint', { retention: String(retention) })
            }
            expr={storageBytesQuery(instance)}
            unit="bytes"
          />
        </div>
      )}
    </Fetched>
  )
}

function Tile(props: {
  href: string
  title: string
  value: string
  hint: string
  tone?: 'ok' | 'crit'
  children?: ReactNode
}): ReactNode {
  return (
    <Link href={props.href} className="card tile">
      <span className="tile-title">{props.title}</span>
      <strong className={props.tone === undefined ? undefined : `is-${props.tone}`}>
        {props.value}
      </strong>
      <span className="tile-hint">{props.hint}</span>
      {props.children}
    </Link>
  )
}

function TargetsTile(props: { data: TargetColumnsData }): ReactNode {
  const t = useText()
  const { up, down, unknown } = healthCounts(props.data.pools)
  const total = up + down + unknown
  const hint =
    down > 0
      ? t('targets.failing', { count: down })
      : total === 0
        ? t('targets.none')
        : t('overview.allUp')
  return (
    <Tile
      href={down > 0 ? '/targets?state=down' : '/targets'}
      title={t('overview.targets')}
      value={t('targets.upOf', { up, total })}
      hint={hint}
      {...(down > 0 ? { tone: 'crit' as const } : {})}
    >
      <i className="up-bar">
        <i style={{ width: `${shareUp(up, total)}%` }} />
      </i>
    </Tile>
  )
}

function SeriesTile(props: { data: TsdbData | undefined }): ReactNode {
  const t = useText()
  const { lang } = useSettings()
  const head = props.data?.headStats
  const spanSeconds = head === undefined ? 0 : (head.maxTime - head.minTime) / 1000
  // An empty head has its times at the ends of the number range.
  const isFilled = head !== undefined && head.numSeries > 0 && spanSeconds >= 0
  return (
    <Tile
      href="/tsdb-status"
      title={t('overview.series')}
      value={formatCount(head?.numSeries ?? NaN, lang)}
      hint={isFilled ? t('overview.seriesHint', { span: formatAge(spanSeconds) }) : ''}
    />
  )
}

function QueryTile(props: {
  href: string
  title: string
  hint: string
  expr: string
  unit: Unit
}): ReactNode {
  const { expr, unit, ...tile } = props
  const answer = useApi<QueryData>('query', { query: expr }, { everyMs: REFRESH_MS })
  const data = answer.data?.data
  const sample = data?.resultType === 'vector' ? data.result[0]?.value : undefined
  return (
    <Tile {...tile} value={formatValue(sample === undefined ? NaN : Number(sample[1]), unit)} />
  )
}
