// Deleting series: counted before, asked once more, taken back when it was a mistake.
import { type ReactNode, useState } from 'react'
import type { LabelSet, TextMap } from '../../data/api-types.ts'
import { deletionForm } from '../../data/cardinality.ts'
import { Button } from '../../kit/button.tsx'
import { TextField } from '../../kit/field.tsx'
import { SeriesName } from '../../kit/labels.tsx'
import { ErrorBox } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'
import { useApi } from '../use-api.ts'
import { useChange } from '../use-json.ts'

const PREVIEW_SHOWN = 5
const MATCHES_MAX = 10_000

type Action = 'delete_series' | 'undelete_series' | 'clean_tombstones'
type Done = { readonly action: Action; readonly selector: string }

export function DeleteForm(): ReactNode {
  const t = useText()
  const flags = useApi<TextMap>('status/flags', {})
  const isOff =
    flags.data !== undefined && String(flags.data.data['web.enable-admin-api']) !== 'true'
  return (
    <section className="card block">
      <h2>{t('delete.title')}</h2>
      <p className="hint">{t(isOff ? 'delete.disabled' : 'delete.hint')}</p>
      {flags.data !== undefined && !isOff && <Form />}
    </section>
  )
}

function Form(): ReactNode {
  const t = useText()
  const [selector, setSelector] = useState('')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [isSure, setIsSure] = useState(false)
  const [done, setDone] = useState<Done | undefined>(undefined)
  const change = useChange<unknown>(['status/tsdb', 'series', 'query'])
  const matches = useApi<readonly LabelSet[]>(
    'series',
    { 'match[]': selector, limit: MATCHES_MAX },
    { enabled: selector.trim() !== '' },
  )
  const isCounted = selector.trim() !== '' && matches.data !== undefined && matches.error === null
  const found = isCounted ? (matches.data?.data ?? []) : []
  const act = (action: Action, form: string) => {
    setIsSure(false)
    change.mutate(
      { method: 'POST', path: `api/v1/admin/tsdb/${action}${form === '' ? '' : `?${form}`}` },
      { onSuccess: () => setDone({ action, selector }) },
    )
  }
  const edit = (set: (text: string) => void) => (text: string) => {
    set(text)
    setIsSure(false)
    setDone(undefined)
  }
  return (
    <div className="delete-form">
      <TextField
        label={t('delete.selector')}
        value={selector}
        onChange={edit(setSelector)}
        placeholder={'up{job="old"}'}
      />
      <TextField
        label={t('delete.from')}
        type="datetime-local"
        value={from}
        onChange={edit(setFrom)}
      />
      <TextField label={t('delete.to')} type="datetime-local" value={to} onChange={edit(setTo)} />
      {matches.error !== null && selector !== '' && <ErrorBox error={matches.error} />}
      {isCounted && <Matches found={found} />}
      {change.error !== null && <ErrorBox error={change.error} />}
      <div className="delete-acts">
        {isSure ? (
          <Button
            kind="primary"
            onClick={() => act('delete_series', deletionForm(selector, from, to))}
          >
            {t('delete.sure', { count: found.length })}
          </Button>
        ) : (
          <Button
            icon="trash"
            disabled={found.length === 0 || change.isPending}
            onClick={() => setIsSure(true)}
          >
            {t('delete.do')}
          </Button>
        )}
        <Button disabled={change.isPending} onClick={() => act('clean_tombstones', '')}>
          {t('delete.clean')}
        </Button>
      </div>
      {done !== undefined && <Outcome done={done} onUndo={act} />}
    </div>
  )
}

function Matches({ found }: { found: readonly LabelSet[] }): ReactNode {
  const t = useText()
  return (
    <div aria-live="polite">
      {found.length === 0 ? t('delete.none') : t('delete.count', { count: found.length })}
      <ul className="hint">
        {found.slice(0, PREVIEW_SHOWN).map((labels) => (
          <li key={JSON.stringify(labels)}>
            <SeriesName labels={labels} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Outcome(props: { done: Done; onUndo: (action: Action, form: string) => void }): ReactNode {
  const t = useText()
  const { action, selector } = props.done
  const text = {
    delete_series: 'delete.done',
    undelete_series: 'delete.undone',
    clean_tombstones: 'delete.cleaned',
  } as const
  return (
    <output className="delete-done">
      {t(text[action])}
      {action === 'delete_series' && (
        <Button
          icon="undo"
          onClick={() => props.onUndo('undelete_series', deletionForm(selector, '', ''))}
        >
          {t('delete.undo')}
        </Button>
      )}
    </output>
  )
}
