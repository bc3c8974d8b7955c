import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ActiveAlert, AlertsData } from '../../../data/api-types.ts'
import { agoSeconds } from '../../../data/time.ts'
import { formatAge } from '../../../data/format.ts'
import { nowMs } from '../../../data/browser.ts'
import { LabelChips, Pill } from '../../../kit/labels.tsx'
import { ScrollRegion } from '../../../kit/scroll-region.tsx'
import { Fetched } from '../../../kit/states.tsx'
import { useText } from '../../../services.tsx'
import { numberOption, objectOption, type PanelProps } from '../../../viz/panel-props.ts'
import { useApi } from '../../use-api.ts'
import type { PanelViewProps } from './panel-view-props.ts'

const LIMIT = 20
const REFRESH_MS = 15_000

/** The alerts that are active now, firing ones first. */
export function AlertListPanel({ plain, fill }: PanelViewProps): ReactNode {
  const t = useText()
  const alerts = useApi<AlertsData>('alerts', {}, { everyMs: REFRESH_MS })
  return (
    <ScrollRegion className="panel-list" label={plain.title}>
      <Fetched query={alerts}>
        {({ data }) => {
          const shown = shownAlerts(data.alerts, plain.options, fill)
          if (shown.length === 0) return <p className="no-data">{t('alertList.quiet')}</p>
          return (
            <ul>
              {shown.map((alert) => (
                <AlertItem key={JSON.stringify(alert.labels)} alert={alert} />
              ))}
            </ul>
          )
        }}
      </Fetched>
    </ScrollRegion>
  )
}

function AlertItem({ alert }: { alert: ActiveAlert }): ReactNode {
  const t = useText()
  const since = agoSeconds(alert.activeAt, nowMs())
  const name = alert.labels['alertname'] ?? ''
  return (
    <li>
      <Pill tone={alert.state === 'firing' ? 'crit' : 'warn'}>
        {t(alert.state === 'firing' ? 'alertList.firing' : 'alertList.pending')}
      </Pill>
      <Link href={`/alerts?q=${encodeURIComponent(name)}`}>{name}</Link>
      {since !== undefined && <span className="hint">{formatAge(since)}</span>}
      <LabelChips labels={alert.labels} except={['alertname']} />
    </li>
  )
}

function shownAlerts(
  alerts: readonly ActiveAlert[],
  options: PanelProps['options'],
  fill: (text: string) => string,
): ActiveAlert[] {
  const states = objectOption(options, 'stateFilter')
  const wants = (state: string) => states[state] !== false || Object.keys(states).length === 0
  const name =
    typeof options['alertName'] === 'string' ? fill(options['alertName']).toLowerCase() : ''
  return alerts
    .filter(
      ({ state, labels }) =>
        wants(state) && (labels['alertname'] ?? '').toLowerCase().includes(name),
    )
    .sort((a, b) =>
      a.state === b.state ? b.activeAt.localeCompare(a.activeAt) : a.state === 'firing' ? -1 : 1,
    )
    .slice(0, numberOption(options, 'maxItems') ?? LIMIT)
}
