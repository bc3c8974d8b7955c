import { type ComponentType, memo, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { AlertEntry } from '../../data/alert-rules.ts'
import type { AlertState } from '../../data/api-types.ts'
import { formatSpan } from '../../data/time.ts'
import { ExpressionLink } from '../../kit/expression-link.tsx'
import { Icon } from '../../kit/icon.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { ActiveAlerts } from './active-alerts.tsx'
import { Annotations } from './annotations.tsx'

const WORD: Readonly<Record<AlertState, TextKey>> = {
  firing: 'alerts.firing',
  pending: 'alerts.pending',
  inactive: 'alerts.inactive',
  unknown: 'alerts.unknown',
}

interface AlertRuleProps {
  readonly entry: AlertEntry
  readonly readMs: number
  readonly isOpen: boolean
  readonly onFlip: (key: string) => void
}

/** Drawn again only when something about it is other than before. */
export const AlertRule: ComponentType<AlertRuleProps> = memo(function AlertRule(
  props: AlertRuleProps,
): ReactNode {
  const t = useText()
  const { key, rule, group, firing, pending } = props.entry
  const { duration, keepFiringFor = 0 } = rule
  const timing = [
    ...(duration > 0 ? [t('alerts.for', { span: formatSpan(duration) })] : []),
    ...(keepFiringFor > 0 ? [t('alerts.keep', { span: formatSpan(keepFiringFor) })] : []),
  ]
  return (
    <section className={`card alert-rule is-${rule.state}`} aria-label={rule.name}>
      <div className="alert-head">
        <h2>
          <button
            type="button"
            className="fold"
            aria-expanded={props.isOpen}
            onClick={() => props.onFlip(key)}
          >
            <Icon name={props.isOpen ? 'down' : 'right'} />
            <span>{rule.name}</span>
          </button>
        </h2>
        {firing > 0 && <Pill tone="crit">{t('alerts.firingCount', { count: firing })}</Pill>}
        {pending > 0 && <Pill tone="warn">{t('alerts.pendingCount', { count: pending })}</Pill>}
        {firing + pending === 0 && <Pill>{t(WORD[rule.state])}</Pill>}
        {rule.health === 'err' && <Pill tone="crit">{t('rules.failed')}</Pill>}
        <LabelChips labels={rule.labels ?? {}} />
        <span className="spacer" />
        <span className="hint">{timing.join(' · ')}</span>
        <Link className="small-link" href={`/rules?search=${encodeURIComponent(group.name)}`}>
          {group.name}
        </Link>
      </div>
      {props.isOpen && (
        <div className="alert-body">
          <ExpressionLink expr={rule.query} />
          {rule.lastError !== undefined && rule.lastError !== '' && (
            <p className="target-error">{rule.lastError}</p>
          )}
          {props.entry.alerts.length === 0 ? (
            <>
              <Annotations annotations={rule.annotations} />
              <p className="hint">{t('alerts.noneActive')}</p>
            </>
          ) : (
            <ActiveAlerts name={rule.name} alerts={props.entry.alerts} readMs={props.readMs} />
          )}
        </div>
      )}
    </section>
  )
})
