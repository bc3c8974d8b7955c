import type { Dashboard } from '@pharos/dashboards'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiError } from '../../data/api.ts'
import { fetchDashboard, saveDashboard } from '../../data/dashboards-api.ts'
import { lineChanges } from '../../data/line-changes.ts'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { ErrorBox } from '../../kit/states.tsx'
import { useServices, useText } from '../../services.tsx'
import { LineChanges } from './line-changes-view.tsx'
import type { LayerProps } from './layer-props.ts'

/** Name, what changed, and when somebody else saved meanwhile: both versions, and the choice. */
export function SaveDialog(props: LayerProps): ReactNode {
  const { edits, stored, onClose } = props
  const t = useText()
  const [title, setTitle] = useState(edits.dashboard.title)
  const [message, setMessage] = useState('')
  const next = { ...edits.dashboard, title: title.trim() }
  const { save, error, theirs, isBusy } = useSave(props)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save(next, message, false)
  }
  return (
    <NativeDialog title={t('dash.saveTitle')} className="save-dialog" onClose={onClose}>
      <form onSubmit={submit} className="stack">
        <label>
          {t('dash.title')}
          <input
            className="input"
            required
            value={title}
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
        <label>
          {t('dash.message')}
          <input
            className="input"
            value={message}
            onChange={(event) => setMessage(event.target.value)}
          />
        </label>
        {error !== undefined && theirs === undefined && (
          <ErrorBox error={error} title={t('dash.saveFailed')} />
        )}
        {theirs !== undefined && (
          <div className="note is-warn">
            <div>
              <strong>{t('dash.conflict')}</strong>
              <p>{t('dash.conflictHint')}</p>
            </div>
          </div>
        )}
        <details open={theirs !== undefined}>
          <summary>{t(theirs === undefined ? 'dash.changes' : 'dash.conflictChanges')}</summary>
          <LineChanges changes={lineChanges(theirs ?? textOf(stored.dashboard), textOf(next))} />
        </details>
        <div className="dialog-buttons">
          <button type="button" className="btn" onClick={onClose}>
            {t('app.close')}
          </button>
          {theirs !== undefined && (
            <button
              type="button"
              className="btn"
              disabled={isBusy}
              onClick={() => save(next, message, true)}
            >
              {t('dash.overwrite')}
            </button>
          )}
          <button type="submit" className="btn is-primary" disabled={isBusy || title.trim() === ''}>
            {t('dash.save')}
          </button>
        </div>
      </form>
    </NativeDialog>
  )
}

interface Saving {
  readonly save: (next: Dashboard, message: string, overwrite: boolean) => void
  readonly error: unknown
  /** What somebody else saved meanwhile, as text. */
  readonly theirs: string | undefined
  readonly isBusy: boolean
}

function useSave({ edits, stored, uid, onSaved, onClose }: LayerProps): Saving {
  const { api } = useServices()
  const queries = useQueryClient()
  const [error, setError] = useState<unknown>(undefined)
  const [theirs, setTheirs] = useState<string | undefined>(undefined)
  const [isBusy, setIsBusy] = useState(false)
  const run = async (next: Dashboard, message: string, overwrite: boolean): Promise<void> => {
    setIsBusy(true)
    setError(undefined)
    try {
      const { folderUid } = stored.meta
      const saved = await saveDashboard(api, { dashboard: next, message, overwrite, folderUid })
      await queries.invalidateQueries({ queryKey: ['dashboards'] })
      const dashboard = { ...next, uid: saved.uid, version: saved.version }
      edits.settle(dashboard)
      const meta = { ...stored.meta, version: saved.version }
      queries.setQueryData(['dashboard', saved.uid], { dashboard, meta })
      onSaved(saved)
      onClose()
    } catch (fault) {
      setError(fault)
      if (fault instanceof ApiError && fault.status === 412 && uid !== undefined)
        setTheirs(textOf((await fetchDashboard(api, uid)).dashboard))
    } finally {
      setIsBusy(false)
    }
  }
  return {
    save: (next, message, overwrite) => void run(next, message, overwrite),
    error,
    theirs,
    isBusy,
  }
}

function textOf(dashboard: object): string {
  return JSON.stringify(dashboard, undefined, 2)
}
