import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ActiveTarget } from '../../data/api-types.ts'
import { seriesName } from '../../data/frame.ts'
import { NEW_PANEL, writeQueryLink } from '../../data/query-link.ts'
import { Icon } from '../../kit/icon.tsx'
import { LabelChips } from '../../kit/labels.tsx'
import { useText } from '../../services.tsx'

export function TargetDetails(props: { target: ActiveTarget }): ReactNode {
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
