import { type ReactNode, useState } from 'react'
import { ApiError } from '../../data/api.ts'
import type { HistoryEntry, HistoryPage } from '../../data/alertmanager-types.ts'
import { matcherText, parseMatchers } from '../../data/matchers.ts'
import { Button } from '../../kit/button.tsx'
import { TextField } from '../../kit/field.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { EmptyState, Fetched } from '../../kit/states.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useJson } from '../use-json.ts'
import { useUrlParam } from '../use-url-param.ts'

const REFRESH_MS = 10_000
const PAGE = 100
const MOST = 1000

const TYPES: Readonly<Record<string, readonly [TextKey, 'ok' | 'warn' | 'crit' | undefined]>> = {
  fired: ['history.fired', 'crit'],
  resolved: ['history.resolved', 'ok'],
  notified: ['history.notified', undefined],
  failed: ['history.failed', 'crit'],
  silenced: ['history.silenced', 'warn'],
  unsilenced: ['history.unsilenced', undefined],
  inhibited: ['history.inhibited', undefined],
  uninhibited: ['history.uninhibited', undefined],
  acked: ['history.acked', 'ok'],
  unacked: ['history.unacked', undefined],
  commented: ['history.commented', undefined],
}

/** What happened to alerts, newest first: fired, told, silenced, acknowledged, resolved. */
export function AlertHistory(): ReactNode {
  const t = useText()
  const [filter, setFilter] = useUrlParam('filter')
  const [type, setType] = useUrlParam('type')
  const [limit, setLimit] = useState(PAGE)
  const matchers = parseMatchers(filter)
  const history = useJson<HistoryPage>(
    'api/v2/history',
    { filter: (matchers ?? []).map(matcherText), type, limit },
    { everyMs: REFRESH_MS },
  )
  if (history.error instanceof ApiError && history.error.status === 404)
    return (
      <EmptyState icon="history" title={t('alerts.noManager')} hint={t('alerts.noManagerHint')} />
    )
  return (
    <>
      <div className="card form is-filter">
        <TextField
          label={t('alerts.matchers')}
          value={filter}
          fault={matchers === undefined ? t('silences.matchersFault') : undefined}
          onChange={setFilter}
        />
        <label className="field">
          <span>{t('history.type')}</span>
          <select className="select" value={type} onChange={(event) => setType(event.target.value)}>
            <option value="">{t('alerts.all')}</option>
            {Object.entries(TYPES).map(([name, [word]]) => (
              <option key={name} value={name}>
                {t(word)}
              </option>
            ))}
          </select>
        </label>
        <a className="btn" href="api/v2/history?format=csv&limit=1000" download>
          {t('history.csv')}
        </a>
      </div>
      <Fetched query={history}>
        {({ entries, nextCursor }) =>
          entries.length === 0 ? (
            <EmptyState icon="history" title={t('history.none')} />
          ) : (
            <>
              <ol className="card timeline">
                {entries.map((entry) => (
                  <Entry key={entry.id} entry={entry} />
                ))}
              </ol>
              {nextCursor !== undefined && limit < MOST && (
                <Button onClick={() => setLimit(Math.min(MOST, limit * 2))}>
                  {t('history.older')}
                </Button>
              )}
            </>
          )
        }
      </Fetched>
    </>
  )
}

function Entry(props: { entry: HistoryEntry }): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const { at, type, labels, receiver, by, text, error, firing, resolved } = props.entry
  const [word, tone] = TYPES[type] ?? (['history.other', undefined] as const)
  return (
    <li>
      <time dateTime={at}>{time.full(Date.parse(at))}</time>
      <Pill {...(tone === undefined ? {} : { tone })}>{t(word)}</Pill>
      {receiver !== undefined && <b>{receiver}</b>}
      {firing !== undefined && (
        <span className="hint">{t('history.counts', { firing, resolved: resolved ?? 0 })}</span>
      )}
      {by !== undefined && <b>{by}</b>}
      {text !== undefined && text !== '' && <span>{text}</span>}
      {labels !== undefined && <LabelChips labels={labels} />}
      {error !== undefined && <p className="target-error">{error}</p>}
    </li>
  )
}
