// What a dashboard's bar offers while it is edited.
import type { ReactNode } from 'react'
import { Button } from '../../kit/button.tsx'
import { useText } from '../../services.tsx'
import type { Layer } from './layer-props.ts'
import { UndoButtons } from './undo-buttons.tsx'
import type { DashboardEdits } from './use-dashboard-edits.ts'

export interface EditBarProps {
  readonly edits: DashboardEdits
  readonly onAdd: () => void
  readonly onLayer: (layer: Layer) => void
}

export function EditBar({ edits, onAdd, onLayer }: EditBarProps): ReactNode {
  const t = useText()
  return (
    <>
      <UndoButtons edits={edits} />
      <Button icon="plus" onClick={onAdd}>
        {t('dash.addPanel')}
      </Button>
      <Button icon="settings" onClick={() => onLayer({ kind: 'settings' })}>
        {t('dash.settings')}
      </Button>
      <Button onClick={edits.discard}>{t(edits.isChanged ? 'dash.discard' : 'dash.done')}</Button>
      <Button
        kind="primary"
        icon="save"
        disabled={!edits.isChanged}
        onClick={() => onLayer({ kind: 'save' })}
      >
        {t('dash.save')}
      </Button>
    </>
  )
}
