// Writes down what happened, and shows and removes what was written in the range that is seen.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { nowMs } from '../../data/browser.ts'
import { fetchAnnotations, tagsIn } from '../../data/stored-annotations.ts'
import { IconButton } from '../../kit/button.tsx'
import { TextField } from '../../kit/field.tsx'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { ErrorBox, Fetched } from '../../kit/states.tsx'
import { useServices, useText, useTimeFormat } from '../../services.tsx'
import type { LayerProps } from './layer-props.ts'

export function AnnotateDialog(props: LayerProps): ReactNode {
  const { session, onClose } = props
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [tags, setTags] = useState('')
  const [from, setFrom] = useState(() => localTime(nowMs()))
  const [to, setTo] = useState('')
  const [error, setError] = useState<unknown>(undefined)
  const showIt = () => {
    void queries.invalidateQueries({ queryKey: ['annotations'] })
    session.refreshNow()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const time = new Date(from).getTime()
    const body = {
      dashboardUID: props.uid ?? '',
      time,
      ...(to === '' ? {} : { timeEnd: new Date(to).getTime() }),
      text,
      tags: tagsIn(tags),
    }
    api.json('POST', 'api/annotations', body).then(() => {
      showIt()
      onClose()
    }, setError)
  }
  return (
    <NativeDialog title={t('annotate.title')} className="save-dialog" onClose={onClose}>
      <form onSubmit={submit} className="stack">
        <TextField label={t('annotate.text')} value={text} onChange={setText} lines={2} />
        <TextField label={t('annotate.tags')} value={tags} onChange={setTags} />
        <TextField
          label={t('annotate.from')}
          type="datetime-local"
          value={from}
          onChange={setFrom}
        />
        <TextField label={t('annotate.to')} type="datetime-local" value={to} onChange={setTo} />
        {error !== undefined && <ErrorBox error={error} />}
        <div className="dialog-buttons">
          <button
            type="submit"
            className="btn is-primary"
            disabled={from === '' || (text.trim() === '' && tags.trim() === '')}
          >
            {t('annotate.add')}
          </button>
        </div>
      </form>
      <Written {...props} onDone={showIt} onError={setError} />
    </NativeDialog>
  )
}

function Written(
  props: LayerProps & { onDone: () => void; onError: (error: unknown) => void },
): ReactNode {
  const { session, uid = '', onDone, onError } = props
  const t = useText()
  const time = useTimeFormat()
  const { api } = useServices()
  const { fromMs, toMs } = session.range
  const written = useQuery({
    queryKey: ['annotations', uid, fromMs, toMs],
    queryFn: ({ signal }) => fetchAnnotations(api, uid, { fromMs, toMs }, signal),
  })
  return (
    <Fetched query={written}>
      {(list) =>
        list.length === 0 ? null : (
          <ul className="annotation-list" aria-label={t('annotate.written')}>
            {list.map(({ id, time: at, text, tags }) => (
              <li key={id}>
                <time>{time.full(at)}</time>
                <span>{text}</span>
                {tags.map((tag) => (
                  <span key={tag} className="pill">
                    {tag}
                  </span>
                ))}
                <IconButton
                  icon="trash"
                  label={t('annotate.remove', { text })}
                  onClick={() =>
                    void api.json('DELETE', `api/annotations/${id}`).then(onDone, onError)
                  }
                />
              </li>
            ))}
          </ul>
        )
      }
    </Fetched>
  )
}

/** As the browser's own field for times wants it: local, to the second. */
function localTime(ms: number): string {
  const date = new Date(ms)
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
