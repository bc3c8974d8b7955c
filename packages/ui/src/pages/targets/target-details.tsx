import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ActiveTarget, TargetsData } from '../../data/api-types.ts'
import { seriesName } from '../../data/frame.ts'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { hasLabels, type TargetColumns, targetLabels } from '../../data/target-columns.ts'
import { Icon } from '../../kit/icon.tsx'
import { LabelChips } from '../../kit/labels.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'

/** What the list does not say of a target. */
export function TargetDetails(props: { columns: TargetColumns; place: number }): ReactNode {
  const t = useText()
  const { columns, place } = props
  const asked = { state: 'active', scrapePool: columns.name, scrapeUrl: columns.scrapeUrl[place] }
  const targets = useApi<TargetsData>('targets', asked)
  const labels = targetLabels(columns, place)
  return (
    <Fetched query={targets}>
      {({ data }) => {
        const target = data.activeTargets.find((one) => hasLabels(one.labels, labels))
        return target === undefined ? (
          <EmptyState title={t('targets.gone')} />
        ) : (
          <Details target={target} />
        )
      }}
    </Fetched>
  )
}

function Details(props: { target: ActiveTarget }): ReactNode {
  const t = useText()
  const { target } = props
  const { job = '', instance = '' } = target.labels
  const up = seriesName({ __name__: 'up', job, instance })
  return (
    <div className="target-details">
      {target.lastError !== '' && (
        <div>
          <h3>{t('targets.error')}</h3>
          <p className="target-error">{target.lastError}</p>
        </div>
      )}
      {target.lastErrorSeries !== undefined && (
        <div>
          <h3>{t('targets.offending')}</h3>
          <code>{target.lastErrorSeries}</code>
        </div>
      )}
      {target.quarantine !== undefined && (
        <div>
          <h3>{t('targets.quarantined')}</h3>
          <p className="target-error">
            {t('targets.quarantineUntil', {
              reason: target.quarantine.reason,
              time: target.quarantine.until,
            })}
          </p>
        </div>
      )}
      <div>
        <h3>{t('targets.discovered')}</h3>
        <LabelChips labels={target.discoveredLabels} />
      </div>
      <p className="target-links">
        <a href={target.globalUrl} target="_blank" rel="noopener noreferrer">
          <Icon name="external" size={14} /> {t('targets.openUrl')}
        </a>
        <Link href={`/query?${writeQueryLink([{ ...NEW_PANEL, expr: up }])}`}>
          <Icon name="chart" size={14} /> {t('targets.queryUp')}
        </Link>
        {target.scrapeInterval !== undefined && (
          <span className="hint">
            {t('targets.interval', {
              interval: target.scrapeInterval,
              timeout: target.scrapeTimeout ?? '',
            })}
          </span>
        )}
      </p>
    </div>
  )
}
