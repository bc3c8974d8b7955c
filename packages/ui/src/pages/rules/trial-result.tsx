import type { ReactNode } from 'react'
import { formatAge, formatValue } from '../../data/format.ts'
import type { BacktestData, TrialData } from '../../data/rule-draft.ts'
import { Button } from '../../kit/button.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { useShown } from '../../kit/use-shown.ts'
import { useText, useTimeFormat } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { Annotations } from '../alerts/annotations.tsx'

const ROWS_SHOWN = 20

/** What the rule does now, and what it would have done. */
export function TrialResult(props: {
  trial: TrialData
  backtest: BacktestData | undefined
}): ReactNode {
  const t = useText()
  const { alerts, problems } = props.trial
  const { shown, rest, more } = useShown(alerts, ROWS_SHOWN)
  return (
    <section className="card trial" aria-label={t('ruleEdit.result')} aria-live="polite">
      <h2>
        {t('ruleEdit.now')}{' '}
        {alerts.length === 0 ? (
          <Pill tone="ok">{t('ruleEdit.nowNone')}</Pill>
        ) : (
          <Pill tone="crit">{t('ruleEdit.nowCount', { count: alerts.length })}</Pill>
        )}
      </h2>
      {problems.map((problem) => (
        <p key={problem} className="target-error">
          {problem}
        </p>
      ))}
      <ul className="plain-list">
        {shown.map(({ labels, annotations, state, value }) => (
          <li key={JSON.stringify(labels)}>
            <Pill tone={state === 'firing' ? 'crit' : 'warn'}>
              {t(state === 'firing' ? 'alerts.firing' : 'alerts.pending')}
            </Pill>{' '}
            <b>{formatValue(Number(value))}</b>{' '}
            <LabelChips labels={labels} except={['alertname']} />
            <Annotations annotations={annotations} />
          </li>
        ))}
      </ul>
      {rest > 0 && <Button onClick={more}>{t('alerts.more', { count: rest })}</Button>}
      {props.backtest !== undefined && <Past backtest={props.backtest} />}
    </section>
  )
}

const REASON: Readonly<Record<BacktestData['messages'][number]['reason'], TextKey>> = {
  first: 'ruleEdit.reasonFirst',
  news: 'ruleEdit.reasonNews',
  repeat: 'ruleEdit.reasonRepeat',
  resolved: 'ruleEdit.reasonResolved',
}

function Past(props: { backtest: BacktestData }): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const { episodes, messages, steps } = props.backtest
  const fired = episodes.filter(({ firedAt }) => firedAt !== null)
  const episodeRows = useShown(fired, ROWS_SHOWN)
  const messageRows = useShown(messages, ROWS_SHOWN)
  const when = (text: string) => time.full(Date.parse(text))
  return (
    <>
      <h2>
        {t('ruleEdit.past')} <Pill>{t('ruleEdit.episodes', { count: fired.length })}</Pill>{' '}
        <Pill>{t('ruleEdit.messages', { count: messages.length })}</Pill>
      </h2>
      <p className="hint">
        {t('ruleEdit.pastHint', { steps, short: episodes.length - fired.length })}
      </p>
      <ul className="plain-list">
        {episodeRows.shown.map((one) => (
          <li key={`${one.activeAt}${JSON.stringify(one.labels)}`}>
            {when(one.firedAt!)}{' '}
            <span className="hint">
              {one.endedAt === null
                ? t('ruleEdit.goesOn')
                : t('ruleEdit.lasted', {
                    span: formatAge((Date.parse(one.endedAt) - Date.parse(one.firedAt!)) / 1000),
                  })}
            </span>{' '}
            <LabelChips labels={one.labels} except={['alertname']} />
          </li>
        ))}
      </ul>
      {episodeRows.rest > 0 && (
        <Button onClick={episodeRows.more}>{t('alerts.more', { count: episodeRows.rest })}</Button>
      )}
      {messages.length > 0 && <h3>{t('ruleEdit.sent')}</h3>}
      <ul className="plain-list">
        {messageRows.shown.map((one) => (
          <li key={`${one.at}${one.receiver}${JSON.stringify(one.group)}`}>
            {when(one.at)} {one.receiver !== '' && <b>{one.receiver}</b>}{' '}
            <span className="hint">
              {t(REASON[one.reason], { firing: one.firing, resolved: one.resolved })}
            </span>{' '}
            <LabelChips labels={one.group} />
          </li>
        ))}
      </ul>
      {messageRows.rest > 0 && (
        <Button onClick={messageRows.more}>{t('alerts.more', { count: messageRows.rest })}</Button>
      )}
    </>
  )
}
