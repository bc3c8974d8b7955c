import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { ApiError } from '../../data/api.ts'
import type { Silence } from '../../data/alertmanager-types.ts'
import { matcherText, newSilencePath } from '../../data/matchers.ts'
import { Button } from '../../kit/button.tsx'
import { GrowingList } from '../../kit/growing-list.tsx'
import { Pill } from '../../kit/labels.tsx'
import { type Option, Segmented } from '../../kit/segmented.tsx'
import { EmptyState, ErrorBox, Fetched } from '../../kit/states.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import type { TextKey } from '../../text/dictionary.ts'
import { useChange, useJson } from '../use-json.ts'
import { useUrlParam } from '../use-url-param.ts'
import { SilenceForm } from './silence-form.tsx'

const REFRESH_MS = 10_000
export const SILENCES = 'api/v2/silences'

/** All silences; below `/silences/new` and `/silences/…/edit` the form, and `/silences/…` shows one. */
export function SilencesPage(): ReactNode {
  const [path] = useLocation()
  const [, , id, verb] = path.split('/')
  if (id === 'new' || verb === 'edit') return <SilenceForm id={id === 'new' ? undefined : id} />
  return <SilenceList id={id} />
}

type State = Silence['status']['state']
const WORD: Readonly<Record<State, TextKey>> = {
  active: 'silences.active',
  pending: 'silences.pending',
  expired: 'silences.expired',
}

function SilenceList(props: { id: string | undefined }): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const [state, setState] = useUrlParam('state')
  const silences = useJson<readonly Silence[]>(SILENCES, {}, { everyMs: REFRESH_MS })
  const options: Option<State | 'all'>[] = [
    { value: 'all', label: t('alerts.all') },
    { value: 'active', label: t('silences.active') },
    { value: 'pending', label: t('silences.pending') },
    { value: 'expired', label: t('silences.expired') },
  ]
  const wanted = options.find(({ value }) => value === state)?.value ?? 'all'
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('silences.title')}</h1>
        <span className="spacer" />
        <div className="filters">
          <Segmented
            label={t('alerts.state')}
            value={wanted}
            options={options}
            onChange={(value) => setState(value === 'all' ? '' : value)}
          />
          <ForEditors>
            <Button kind="primary" icon="plus" onClick={() => navigate('/silences/new')}>
              {t('silences.new')}
            </Button>
          </ForEditors>
        </div>
      </div>
      {silences.error instanceof ApiError && silences.error.status === 404 ? (
        <EmptyState icon="bell" title={t('alerts.noManager')} hint={t('alerts.noManagerHint')} />
      ) : (
        <Fetched query={silences}>
          {(all) => (
            <Cards
              all={all.filter(
                (one) =>
                  (wanted === 'all' || one.status.state === wanted) &&
                  (props.id === undefined || one.id === props.id),
              )}
            />
          )}
        </Fetched>
      )}
    </div>
  )
}

const ORDER: Readonly<Record<State, number>> = { active: 0, pending: 1, expired: 2 }

function Cards(props: { all: readonly Silence[] }): ReactNode {
  const t = useText()
  const change = useChange([SILENCES, 'api/v2/alerts'])
  if (props.all.length === 0)
    return <EmptyState icon="bell" title={t('silences.none')} hint={t('silences.noneHint')} />
  const sorted = [...props.all].sort(
    (a, b) => ORDER[a.status.state] - ORDER[b.status.state] || (a.endsAt < b.endsAt ? -1 : 1),
  )
  return (
    <div className="alert-rules">
      {change.error !== null && <ErrorBox error={change.error} />}
      <GrowingList items={sorted} of="" rowsOf={() => 2}>
        {(silence) => (
          <SilenceCard
            key={silence.id}
            silence={silence}
            isBusy={change.isPending}
            onExpire={() =>
              change.mutate({ method: 'DELETE', path: `api/v2/silence/${silence.id}` })
            }
          />
        )}
      </GrowingList>
    </div>
  )
}

function SilenceCard(props: {
  silence: Silence
  isBusy: boolean
  onExpire: () => void
}): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const { id, status, matchers, createdBy, comment, startsAt, endsAt } = props.silence
  const isOver = status.state === 'expired'
  return (
    <section
      className={`card alert-rule ${status.state === 'active' ? 'is-pending' : ''}`}
      aria-label={matchers.map(matcherText).join(', ')}
    >
      <div className="alert-head">
        <Pill {...(status.state === 'active' ? { tone: 'warn' as const } : {})}>
          {t(WORD[status.state])}
        </Pill>
        <span className="labels">
          {matchers.map((matcher) => (
            <span key={matcherText(matcher)} className="label">
              {matcherText(matcher)}
            </span>
          ))}
        </span>
        <span className="spacer" />
        <ForEditors>
          {isOver ? (
            <Link className="btn" href={newSilencePath(matchers)}>
              {t('silences.recreate')}
            </Link>
          ) : (
            <>
              <Link className="btn" href={`/silences/${id}/edit`}>
                {t('silences.edit')}
              </Link>
              <Button disabled={props.isBusy} onClick={props.onExpire}>
                {t('silences.expire')}
              </Button>
            </>
          )}
        </ForEditors>
      </div>
      <div className="silence-body">
        <p>{comment}</p>
        <p className="hint">
          {t('silences.times', {
            from: time.full(Date.parse(startsAt)),
            to: time.full(Date.parse(endsAt)),
          })}
          {' · '}
          {t('silences.by', { name: createdBy })}
        </p>
      </div>
    </section>
  )
}
