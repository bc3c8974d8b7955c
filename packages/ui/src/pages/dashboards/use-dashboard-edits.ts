import type { Dashboard } from '@pharos/dashboards'
import { useCallback, useEffect, useState } from 'react'
import { type EditHistory, edited, historyOf, redone, undone } from '../../data/dashboard-edits.ts'

export interface DashboardEdits {
  readonly dashboard: Dashboard
  readonly isEditing: boolean
  readonly isChanged: boolean
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly change: (next: Dashboard) => void
  readonly undo: () => void
  readonly redo: () => void
  readonly setEditing: (isEditing: boolean) => void
  /** Back to what was loaded. */
  readonly discard: () => void
  /** What is shown now is what the server has. */
  readonly settle: (dashboard: Dashboard) => void
}

export function useDashboardEdits(loaded: Dashboard): DashboardEdits {
  const [history, setHistory] = useState<EditHistory>(() => historyOf(loaded))
  const [base, setBase] = useState(loaded)
  const [isEditing, setEditing] = useState(false)
  const isChanged = history.present !== base
  useEffect(() => {
    if (!isChanged) return undefined
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isChanged])
  const undo = useCallback(() => setHistory(undone), [])
  const redo = useCallback(() => setHistory(redone), [])
  useUndoKeys(isEditing, undo, redo)
  return {
    dashboard: history.present,
    isEditing,
    isChanged,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: useCallback((next: Dashboard) => {
      setHistory((before) => edited(before, next))
      setEditing(true)
    }, []),
    undo,
    redo,
    setEditing,
    discard() {
      setHistory(historyOf(base))
      setEditing(false)
    },
    settle(dashboard) {
      setBase(dashboard)
      setHistory(historyOf(dashboard))
      setEditing(false)
    },
  }
}

function useUndoKeys(isEditing: boolean, undo: () => void, redo: () => void): void {
  useEffect(() => {
    if (!isEditing) return undefined
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
      const inText =
        event.target instanceof Element &&
        event.target.closest('input, textarea, [contenteditable]') !== null
      if (inText) return
      event.preventDefault()
      if (event.shiftKey) redo()
      else undo()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [isEditing, undo, redo])
}
