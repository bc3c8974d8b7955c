import { type ReactNode, useState } from 'react'
import { useLocation } from 'wouter'
import type { ManagedAlert, Silence } from '../../data/alertmanager-types.ts'
import { nowMs, readStored, writeStored } from '../../data/browser.ts'
import { matcherText, matchersText, parseMatchers } from '../../data/matchers.ts'
import { localInput, untilTomorrowMs } from '../../data/silence-times.ts'
import { Button } from '../../kit/button.tsx'
import { TextField } from '../../kit/field.tsx'
import { LabelChips, Pill } from '../../kit/labels.tsx'
import { ErrorBox, Fetched } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useChange, useJson } from '../use-json.ts'
import { useUrlParam } from '../use-url-param.ts'

const CREATOR = 'pharos-silence-by'
const HOUR_MS = 3600_000
const PREVIEW_MS = 5000
const PREVIEW_SHOWN = 20

interface Draft {
  readonly matchers: string
  readonly startsAt: string
  readonly endsAt: string
  readonly createdBy: string
  readonly comment: string
}

/** Makes a silence, or changes the one with an id; what it would match is shown while it is typed. */
export function SilenceForm(props: { id: string | undefined }): ReactNode {
  const t = useText()
  const [filter] = useUrlParam('filter')
  const old = useJson<Silence>(
    `api/v2/silence/${props.id ?? ''}`,
    {},
    { enabled: props.id !== undefined },
  )
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t(props.id === undefined ? 'silences.new' : 'silences.edit')}</h1>
      </div>
      {props.id === undefined ? (
        <Form id={undefined} start={freshDraft(filter)} />
      ) : (
        <Fetched query={old}>
          {(silence) => <Form id={silence.id} start={draftOf(silence)} />}
        </Fetched>
      )}
    </div>
  )
}

function freshDraft(filter: string): Draft {
  const startMs = nowMs()
  const known = parseMatchers(filter)
  return {
    matchers: known === undefined ? filter : matchersText(known),
    startsAt: localInput(startMs),
    endsAt: localInput(startMs + HOUR_MS),
    createdBy: readStored(CREATOR) ?? '',
    comment: '',
  }
}

function draftOf(silence: Silence): Draft {
  return {
    matchers: matchersText(silence.matchers),
    startsAt: localInput(Date.parse(silence.startsAt)),
    endsAt: localInput(Date.parse(silence.endsAt)),
    createdBy: silence.createdBy,
    comment: silence.comment,
  }
}

function Form(props: { id: string | undefined; start: Draft }): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const [draft, setDraft] = useState(props.start)
  const change = useChange<{ silenceID: string }>(['api/v2/silences', 'api/v2/alerts'])
  const matchers = parseMatchers(draft.matchers)
  const isUsable =
    matchers !== undefined &&
    matchers.length > 0 &&
    draft.createdBy !== '' &&
    draft.comment !== '' &&
    draft.endsAt > draft.startsAt
  const save = () => {
    writeStored(CREATOR, draft.createdBy)
    const body = {
      ...(props.id === undefined ? {} : { id: props.id }),
      matchers,
      startsAt: new Date(draft.startsAt).toISOString(),
      endsAt: new Date(draft.endsAt).toISOString(),
      createdBy: draft.createdBy,
      comment: draft.comment,
    }
    change.mutate(
      { method: 'POST', path: 'api/v2/silences', body },
      { onSuccess: () => navigate('/silences') },
    )
  }
  return (
    <div className="form-columns">
      <form
        className="card form"
        onSubmit={(event) => {
          event.preventDefault()
          if (isUsable) save()
        }}
      >
        <SilenceFields draft={draft} set={(part) => setDraft({ ...draft, ...part })} />
        {change.error !== null && <ErrorBox error={change.error} />}
        <div className="form-end">
          <Button kind="primary" disabled={!isUsable || change.isPending} onClick={save}>
            {t(props.id === undefined ? 'silences.create' : 'silences.save')}
          </Button>
          <Button onClick={() => navigate('/silences')}>{t('silences.cancel')}</Button>
        </div>
      </form>
      {matchers !== undefined && matchers.length > 0 && (
        <Preview filter={matchers.map(matcherText)} />
      )}
    </div>
  )
}

function SilenceFields(props: { draft: Draft; set: (part: Partial<Draft>) => void }): ReactNode {
  const t = useText()
  const { draft, set } = props
  const isFault = parseMatchers(draft.matchers) === undefined
  return (
    <>
      <TextField
        wide
        label={t('silences.matchers')}
        value={draft.matchers}
        lines={3}
        placeholder={'alertname="TargetDown", instance=~"web.*"'}
        hint={t('silences.matchersHint')}
        fault={isFault ? t('silences.matchersFault') : undefined}
        onChange={(text) => set({ matchers: text })}
      />
      <TextField
        label={t('silences.from')}
        type="datetime-local"
        value={draft.startsAt}
        onChange={(startsAt) => set({ startsAt })}
      />
      <TextField
        label={t('silences.to')}
        type="datetime-local"
        value={draft.endsAt}
        fault={draft.endsAt <= draft.startsAt ? t('silences.timeFault') : undefined}
        onChange={(endsAt) => set({ endsAt })}
      />
      <Durations
        onPick={(endMs) => set({ startsAt: localInput(nowMs()), endsAt: localInput(endMs) })}
      />
      <TextField
        label={t('silences.creator')}
        value={draft.createdBy}
        onChange={(createdBy) => set({ createdBy })}
      />
      <TextField
        wide
        label={t('silences.comment')}
        value={draft.comment}
        lines={2}
        hint={t('silences.commentHint')}
        onChange={(comment) => set({ comment })}
      />
    </>
  )
}

function Durations(props: { onPick: (endMs: number) => void }): ReactNode {
  const t = useText()
  return (
    <fieldset className="filters is-wide" aria-label={t('silences.duration')}>
      <Button onClick={() => props.onPick(nowMs() + HOUR_MS)}>
        {t('silences.hours', { count: 1 })}
      </Button>
      <Button onClick={() => props.onPick(nowMs() + 4 * HOUR_MS)}>
        {t('silences.hours', { count: 4 })}
      </Button>
      <Button onClick={() => props.onPick(untilTomorrowMs(nowMs()))}>
        {t('silences.tomorrow')}
      </Button>
    </fieldset>
  )
}

/** The alerts that the matchers find now. */
function Preview(props: { filter: readonly string[] }): ReactNode {
  const t = useText()
  const alerts = useJson<readonly ManagedAlert[]>(
    'api/v2/alerts',
    { filter: props.filter },
    { everyMs: PREVIEW_MS },
  )
  return (
    <section className="card form-side" aria-label={t('silences.preview')} aria-live="polite">
      <Fetched query={alerts}>
        {(found) => (
          <>
            <h2>
              {t('silences.preview')} <Pill>{t('silences.matched', { count: found.length })}</Pill>
            </h2>
            {found.length === 0 && <p className="hint">{t('silences.matchedNone')}</p>}
            <ul className="plain-list">
              {found.slice(0, PREVIEW_SHOWN).map((alert) => (
                <li key={alert.fingerprint}>
                  <b>{alert.labels['alertname']}</b>{' '}
                  <LabelChips labels={alert.labels} except={['alertname']} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Fetched>
    </section>
  )
}
