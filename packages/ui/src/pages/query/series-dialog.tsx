import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Answer } from '../../data/api.ts'
import type { LabelSet } from '../../data/api-types.ts'
import { formatValue } from '../../data/format.ts'
import { selectorOf, seriesName } from '../../data/frame.ts'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { queryOfSeries } from '../../data/series-query.ts'
import { CopyButton } from '../../kit/copy-button.tsx'
import { SeriesName } from '../../kit/labels.tsx'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { Fetched } from '../../kit/states.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { DashboardButton } from './dashboard-button.tsx'

export interface SeriesDialogProps {
  /** What was asked. */
  readonly expr: string
  readonly labels: LabelSet
  readonly onClose: () => void
}

/** What can be done with one line of an answer, and what its series takes up. */
export function SeriesDialog({ expr, labels, onClose }: SeriesDialogProps): ReactNode {
  const t = useText()
  const query = queryOfSeries(expr, labels)
  const metric = labels['__name__']
  const instance = labels['instance']
  const alone = writeQueryLink([{ ...NEW_PANEL, expr: query, tab: 'graph' }])
  return (
    <NativeDialog title={t('series.title')} className="series-dialog" onClose={onClose}>
      <p>
        <SeriesName labels={labels} />
      </p>
      <div className="series-actions">
        <CopyButton label={t('series.copy')} text={() => query} />
        <Link className="btn" href={`/query?${alone}`} onClick={onClose}>
          {t('series.alone')}
        </Link>
        <ForEditors>
          <Link className="btn" href={`/rules/new?expr=${encodeURIComponent(query)}`}>
            {t('ruleEdit.create')}
          </Link>
          <DashboardButton expr={query} isFramed />
        </ForEditors>
        {instance !== undefined && (
          <Link className="btn" href={`/targets?search=${encodeURIComponent(instance)}`}>
            {t('series.target')}
          </Link>
        )}
      </div>
      {metric === undefined ? (
        <p className="hint">{t('series.computed')}</p>
      ) : (
        <Costs labels={labels} metric={metric} />
      )}
    </NativeDialog>
  )
}

/** As `/api/v1/status/tsdb/cost` tells it. */
interface SeriesCost {
  readonly series: number
  readonly activeSeries: number
  readonly samples: number
  readonly diskBytes: number
  readonly memoryBytes: number
  readonly isEstimate: boolean
  /** ms since 1970. */
  readonly minTime: number | null
  readonly maxTime: number | null
}

/** What the series takes up beside all of its metric. */
function Costs(props: { labels: LabelSet; metric: string }): ReactNode {
  const { labels, metric } = props
  const t = useText()
  const own = useCost(seriesName(labels))
  const all = useCost(selectorOf(metric))
  const row = (title: string, show: (cost: SeriesCost) => ReactNode, hint?: string) => (
    <tr title={hint}>
      <th scope="row">{title}</th>
      <td className="num">{own.data !== undefined && show(own.data.data)}</td>
      <td className="num">{all.data !== undefined && show(all.data.data)}</td>
    </tr>
  )
  return (
    <Fetched query={all}>
      {() => (
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">{t('series.takes')}</th>
              <th scope="col" className="num">
                {t('series.own')}
              </th>
              <th scope="col" className="num">
                {t('series.all')}
              </th>
            </tr>
          </thead>
          <tbody>
            {row(t('series.count'), ({ series }) => formatValue(series))}
            {row(t('series.active'), ({ activeSeries }) => formatValue(activeSeries))}
            {row(t('series.churn'), churnText, t('series.churnHint'))}
            {row(t('series.samples'), ({ samples }) => formatValue(samples))}
            {row(t('series.disk'), diskText)}
            {row(t('series.memory'), ({ memoryBytes }) => formatValue(memoryBytes, 'bytes'))}
            {row(t('series.perSample'), perSampleText)}
            {row(t('series.since'), ({ minTime }) => (
              <Moment ms={minTime} />
            ))}
          </tbody>
        </table>
      )}
    </Fetched>
  )
}

function useCost(selector: string): UseQueryResult<Answer<SeriesCost>, unknown> {
  return useApi<SeriesCost>('status/tsdb/cost', { 'match[]': selector })
}

/** Series that were there for each that is. */
function churnText({ series, activeSeries }: SeriesCost): string {
  return activeSeries === 0 ? '–' : `${formatValue(series / activeSeries)} : 1`
}

function diskText({ diskBytes, isEstimate }: SeriesCost): string {
  return `${isEstimate ? '≈ ' : ''}${formatValue(diskBytes, 'bytes')}`
}

function perSampleText({ samples, diskBytes, memoryBytes }: SeriesCost): string {
  return samples === 0 ? '–' : formatValue((diskBytes + memoryBytes) / samples, 'bytes')
}

function Moment({ ms }: { ms: number | null }): ReactNode {
  const time = useTimeFormat()
  return <>{ms === null ? '–' : time.full(ms)}</>
}
