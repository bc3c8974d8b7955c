import type { ReactNode } from 'react'
import { IconButton } from '../../kit/button.tsx'
import { useText } from '../../services.tsx'

/** Steps of an edited dashboard, back and forth. */
export function UndoButtons(props: {
  readonly edits: {
    readonly canUndo: boolean
    readonly canRedo: boolean
    readonly undo: () => void
    readonly redo: () => void
  }
}): ReactNode {
  const t = useText()
  const { edits } = props
  return (
    <>
      <IconButton
        framed
        icon="undo"
        label={t('dash.undo')}
        disabled={!edits.canUndo}
        onClick={edits.undo}
      />
      <IconButton
        framed
        icon="redo"
        label={t('dash.redo')}
        disabled={!edits.canRedo}
        onClick={edits.redo}
      />
    </>
  )
}
