import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { ApiError } from '../../data/api.ts'
import type { AlertGroup, ManagedAlert } from '../../data/alertmanager-types.ts'
import { readStored, writeStored } from '../../data/browser.ts'
import { formatAge } from '../../data/format.ts'
import { matchersOf, matcherText, newSilencePath, parseMatchers } from '../../data/matchers.ts'
import { agoSeconds } from '../../data/time.ts'
import { Button } from '../../kit/button.tsx'
import { Field, TextField } from '../../kit/field.tsx'
import { GrowingList } from '../../kit/growing-list.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { EmptyState, ErrorBox, Fetched } from '../../kit/states.tsx'
import { useShown } from '../../kit/use-shown.ts'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useText } from '../../services.tsx'
import { useChange, useJson } from '../use-json.ts'
import { useUrlParam } from '../use-url-param.ts'
import { ALERTS_SHOWN } from './active-alerts.tsx'
import { Annotations } from './annotations.tsx'

const REFRESH_MS = 5000
const WHO = 'pharos-silence-by'

/** What the alert manager holds, in its groups: who is told, what is silenced or inhibited. */
export function AlertGroups(): ReactNode {
  const t = useText()
  const [filter] = useUrlParam('filter')
  const [receiver] = useUrlParam('receiver')
  const [silenced] = useUrlParam('silenced')
  const [inhibited] = useUrlParam('inhibited')
  const groups = useJson<readonly AlertGroup[]>(
    'api/v2/alerts/groups',
    {
      filter: (parseMatchers(filter) ?? []).map(matcherText),
      receiver: receiver === '' ? undefined : `^${escapeRegex(receiver)}$`,
      silenced: silenced === 'true' ? 'true' : 'false',
      inhibited: inhibited === 'true' ? 'true' : 'false',
    },
    { everyMs: REFRESH_MS },
  )
  if (groups.error instanceof ApiError && groups.error.status === 404)
    return <EmptyState icon="bell" title={t('alerts.noManager')} hint={t('alerts.noManagerHint')} />
  return (
    <>
      <GroupFilters />
      <Fetched query={groups}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon="bell" title={t('alerts.noGroups')} />
          ) : (
            <div className="alert-rules">
              <GrowingList
                items={all}
                of={filter}
                rowsOf={({ alerts }) => 1 + Math.min(ALERTS_SHOWN, alerts.length)}
              >
                {(group) => (
                  <Group
                    key={`${group.receiver.name}${JSON.stringify(group.labels)}`}
                    group={group}
                    readMs={groups.dataUpdatedAt}
                  />
                )}
              </GrowingList>
            </div>
          )
        }
      </Fetched>
    </>
  )
}

function GroupFilters(): ReactNode {
  const t = useText()
  const [filter, setFilter] = useUrlParam('filter')
  const [receiver, setReceiver] = useUrlParam('receiver')
  const [silenced, setSilenced] = useUrlParam('silenced')
  const [inhibited, setInhibited] = useUrlParam('inhibited')
  const receivers = useJson<readonly { name: string }[]>('api/v2/receivers')
  return (
    <div className="card form is-filter">
      <TextField
        label={t('alerts.matchers')}
        value={filter}
        placeholder={'severity="critical"'}
        fault={parseMatchers(filter) === undefined ? t('silences.matchersFault') : undefined}
        onChange={setFilter}
      />
      <Field label={t('alerts.receiver')}>
        <select
          className="select"
          value={receiver}
          onChange={(event) => setReceiver(event.target.value)}
        >
          <option value="">{t('alerts.all')}</option>
          {receivers.data?.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </Field>
      <Check
        label={t('alerts.silenced')}
        isOn={silenced === 'true'}
        onChange={(on) => setSilenced(on ? 'true' : '')}
      />
      <Check
        label={t('alerts.inhibited')}
        isOn={inhibited === 'true'}
        onChange={(on) => setInhibited(on ? 'true' : '')}
      />
    </div>
  )
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function Check(props: {
  label: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}): ReactNode {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      {props.label}
    </label>
  )
}

function Group(props: { group: AlertGroup; readMs: number }): ReactNode {
  const t = useText()
  const { labels, receiver, alerts } = props.group
  const [acked, setAcked] = useState<ManagedAlert | undefined>(undefined)
  const { shown, rest, more } = useShown(alerts, ALERTS_SHOWN)
  return (
    <section className="card" aria-label={`${receiver.name} ${Object.values(labels).join(' ')}`}>
      <div className="alert-head">
        <LabelChips labels={labels} />
        <span className="spacer" />
        <span className="hint">{t('alerts.toReceiver', { name: receiver.name })}</span>
        <Pill>{t('alerts.countOf', { count: alerts.length })}</Pill>
        <ForEditors>
          <Link className="btn" href={newSilencePath(matchersOf(labels))}>
            {t('alerts.silence')}
          </Link>
        </ForEditors>
      </div>
      <ul className="alert-list">
        {shown.map((alert) => (
          <Alert
            key={alert.fingerprint}
            alert={alert}
            group={Object.keys(labels)}
            readMs={props.readMs}
            onAck={() => setAcked(alert)}
          />
        ))}
      </ul>
      {rest > 0 && <Button onClick={more}>{t('alerts.more', { count: rest })}</Button>}
      {acked !== undefined && <AckDialog alert={acked} onClose={() => setAcked(undefined)} />}
    </section>
  )
}

function Alert(props: {
  alert: ManagedAlert
  group: readonly string[]
  readMs: number
  onAck: () => void
}): ReactNode {
  const t = useText()
  const { alert } = props
  const { silencedBy, inhibitedBy } = alert.status
  const ago = agoSeconds(alert.startsAt, props.readMs)
  return (
    <li>
      <div className="alert-line">
        {silencedBy.length > 0 ? (
          <Link className="pill" href={`/silences/${silencedBy[0]}`}>
            {t('alerts.silencedOne')}
          </Link>
        ) : inhibitedBy.length > 0 ? (
          <Pill>{t('alerts.inhibitedOne')}</Pill>
        ) : (
          <Pill tone="crit">{t('alerts.firing')}</Pill>
        )}
        <LabelChips labels={alert.labels} except={props.group} />
        {ago !== undefined && (
          <span className="hint">{t('targets.ago', { span: formatAge(ago) })}</span>
        )}
        <span className="spacer" />
        {alert.generatorURL !== undefined && /^https?:/.test(alert.generatorURL) && (
          <a className="small-link" href={alert.generatorURL} rel="noopener noreferrer">
            {t('alerts.source')}
          </a>
        )}
        <ForEditors>
          <Link className="small-link" href={newSilencePath(matchersOf(alert.labels))}>
            {t('alerts.silence')}
          </Link>
        </ForEditors>
        {alert.acknowledgement === undefined ? (
          <ForEditors>
            <Button onClick={props.onAck}>{t('alerts.ack')}</Button>
          </ForEditors>
        ) : (
          <Pill tone="ok">{t('alerts.acked', { name: alert.acknowledgement.by })}</Pill>
        )}
      </div>
      <Annotations annotations={alert.annotations} />
      {alert.comments?.map(({ by, at, text }) => (
        <p key={at} className="hint">
          {by}: {text}
        </p>
      ))}
    </li>
  )
}

/** Who has seen an alert, and what there is to say of it. */
function AckDialog(props: { alert: ManagedAlert; onClose: () => void }): ReactNode {
  const t = useText()
  const [by, setBy] = useState(() => readStored(WHO) ?? '')
  const [comment, setComment] = useState('')
  const change = useChange<unknown>(['api/v2/alerts', 'api/v2/history'])
  const send = (mode: 'ack' | 'mute' | 'comment') => {
    writeStored(WHO, by)
    const { fingerprint } = props.alert
    const body =
      mode === 'comment'
        ? { fingerprint, by, text: comment }
        : { fingerprints: [fingerprint], by, comment, mode }
    const path = mode === 'comment' ? 'api/v2/alerts/comments' : 'api/v2/alerts/ack'
    change.mutate({ method: 'POST', path, body }, { onSuccess: props.onClose })
  }
  return (
    <NativeDialog
      title={t('alerts.ackTitle', { name: props.alert.labels['alertname'] ?? '' })}
      className="small-dialog"
      onClose={props.onClose}
    >
      <div className="form">
        <TextField wide label={t('silences.creator')} value={by} onChange={setBy} />
        <TextField
          wide
          lines={2}
          label={t('silences.comment')}
          value={comment}
          onChange={setComment}
        />
        <p className="hint is-wide">{t('alerts.ackHint')}</p>
        {change.error !== null && <ErrorBox error={change.error} />}
        <div className="form-end">
          <Button kind="primary" disabled={by === ''} onClick={() => send('ack')}>
            {t('alerts.ack')}
          </Button>
          <Button disabled={by === ''} onClick={() => send('mute')}>
            {t('alerts.mute')}
          </Button>
          <Button disabled={by === '' || comment === ''} onClick={() => send('comment')}>
            {t('alerts.comment')}
          </Button>
        </div>
      </div>
    </NativeDialog>
  )
}
