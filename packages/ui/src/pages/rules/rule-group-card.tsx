import { type ComponentType, memo, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { RuleHealth } from '../../data/api-types.ts'
import { formatAge, formatValue } from '../../data/format.ts'
import type { AnyRule, ShownGroup } from '../../data/rule-groups.ts'
import { agoSeconds, formatSpan } from '../../data/time.ts'
import { ExpressionLink } from '../../kit/expression-link.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { useServices, useText } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'

interface CardProps {
  readonly shown: ShownGroup
  readonly readMs: number
}

/** Drawn again only when something about it is other than before. */
export const RuleGroupCard: ComponentType<CardProps> = memo(function RuleGroupCard(
  props: CardProps,
): ReactNode {
  const t = useText()
  const { group, rules, failing, isSlow } = props.shown
  const ago = agoSeconds(group.lastEvaluation, props.readMs)
  const facts = [
    t('rules.every', { interval: formatSpan(group.interval) }),
    ago === undefined ? t('rules.never') : t('rules.ran', { span: formatAge(ago) }),
    ...(ago === undefined
      ? []
      : [t('rules.took', { span: formatValue(group.evaluationTime, 'seconds') })]),
  ]
  return (
    <section className="card rule-group" aria-label={group.name}>
      <div className="alert-head">
        <h2>{group.name}</h2>
        {failing > 0 && <Pill tone="crit">{t('rules.failing', { count: failing })}</Pill>}
        {isSlow && <Pill tone="warn">{t('rules.slow')}</Pill>}
        <span className="hint file">{group.file}</span>
        <span className="spacer" />
        <span className="hint">{facts.join(' · ')}</span>
      </div>
      <table className="data-table card-table rule-table" aria-label={group.name}>
        <thead>
          <tr>
            <th scope="col">{t('rules.rule')}</th>
            <th scope="col">{t('rules.health')}</th>
            <th scope="col" className="num">
              {t('rules.lastRun')}
            </th>
            <th scope="col" className="num">
              {t('rules.duration')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule, index) => (
            <RuleRow
              key={`${index} ${rule.name}`}
              rule={rule}
              group={group.name}
              readMs={props.readMs}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
})

const HEALTH: Readonly<Record<RuleHealth, readonly [TextKey, 'ok' | 'crit' | undefined]>> = {
  ok: ['rules.ok', 'ok'],
  err: ['rules.failed', 'crit'],
  unknown: ['rules.unknown', undefined],
}

function RuleRow(props: { rule: AnyRule; group: string; readMs: number }): ReactNode {
  const { isViewer } = useServices()
  const t = useText()
  const { rule } = props
  const ago = agoSeconds(rule.lastEvaluation, props.readMs)
  const [word, tone] = HEALTH[rule.health]
  return (
    <tr>
      <td className="wide">
        <p className="rule-name">
          <span className="hint">
            {t(rule.type === 'alerting' ? 'rules.alert' : 'rules.record')}
          </span>{' '}
          {rule.type === 'alerting' ? (
            <Link
              className="small-link"
              href={`/alerts?search=${encodeURIComponent(rule.name)}`}
              title={t('rules.seeAlerts')}
            >
              {rule.name}
            </Link>
          ) : (
            <b>{rule.name}</b>
          )}{' '}
          {rule.type === 'alerting' && rule.duration > 0 && (
            <span className="hint">{t('alerts.for', { span: formatSpan(rule.duration) })}</span>
          )}{' '}
          <LabelChips labels={rule.labels ?? {}} />
          {rule.type === 'alerting' && !isViewer && (
            <Link
              className="small-link"
              href={`/rules/${encodeURIComponent(props.group)}/${encodeURIComponent(rule.name)}/edit`}
            >
              {t('silences.edit')}
            </Link>
          )}
        </p>
        <ExpressionLink expr={rule.query} />
        {rule.lastError !== undefined && rule.lastError !== '' && (
          <p className="target-error">{rule.lastError}</p>
        )}
      </td>
      <td className="state">
        <Pill {...(tone === undefined ? {} : { tone })}>{t(word)}</Pill>
      </td>
      <td className="num" data-label={t('rules.lastRun')}>
        {ago === undefined ? '–' : t('targets.ago', { span: formatAge(ago) })}
      </td>
      <td className="num" data-label={t('rules.duration')}>
        {ago === undefined ? '–' : formatValue(rule.evaluationTime, 'seconds')}
      </td>
    </tr>
  )
}
