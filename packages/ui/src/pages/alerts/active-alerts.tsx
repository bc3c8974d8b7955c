import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { alertValue } from '../../data/alert-rules.ts'
import type { ActiveAlert } from '../../data/api-types.ts'
import { formatAge } from '../../data/format.ts'
import { matchersOf, newSilencePath } from '../../data/matchers.ts'
import { agoSeconds } from '../../data/time.ts'
import { Button } from '../../kit/button.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { useShown } from '../../kit/use-shown.ts'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import { Annotations } from './annotations.tsx'

/** Of one rule, until more are asked for. */
export const ALERTS_SHOWN = 25

export function ActiveAlerts(props: {
  name: string
  alerts: readonly ActiveAlert[]
  readMs: number
}): ReactNode {
  const t = useText()
  const { shown, rest, more } = useShown(props.alerts, ALERTS_SHOWN)
  return (
    <>
      <table
        className="data-table card-table alert-table"
        aria-label={t('alerts.ofRule', { name: props.name })}
      >
        <thead>
          <tr>
            <th scope="col">{t('alerts.state')}</th>
            <th scope="col">{t('alerts.labels')}</th>
            <th scope="col" className="num">
              {t('alerts.value')}
            </th>
            <th scope="col" className="num">
              {t('alerts.since')}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((alert) => (
            <AlertRow key={JSON.stringify(alert.labels)} alert={alert} readMs={props.readMs} />
          ))}
        </tbody>
      </table>
      {rest > 0 && <Button onClick={more}>{t('alerts.more', { count: rest })}</Button>}
    </>
  )
}

function AlertRow(props: { alert: ActiveAlert; readMs: number }): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const { labels, annotations, state, activeAt, value } = props.alert
  const ago = agoSeconds(activeAt, props.readMs)
  return (
    <tr>
      <td className="state">
        <Pill tone={state === 'firing' ? 'crit' : 'warn'}>
          {t(state === 'firing' ? 'alerts.firing' : 'alerts.pending')}
        </Pill>
      </td>
      <td className="wide">
        <LabelChips labels={labels} except={['alertname']} />
        <Annotations annotations={annotations} />
        <ForEditors>
          <Link className="small-link" href={newSilencePath(matchersOf(labels))}>
            {t('alerts.silence')}
          </Link>
        </ForEditors>
      </td>
      <td className="num" data-label={t('alerts.value')} title={value}>
        {alertValue(value)}
      </td>
      <td className="num" data-label={t('alerts.since')}>
        {ago !== undefined && (
          <time dateTime={activeAt} title={time.full(Date.parse(activeAt))}>
            {formatAge(ago)}
          </time>
        )}
      </td>
    </tr>
  )
}
