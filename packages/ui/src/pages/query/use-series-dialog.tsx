import { type ComponentType, type ReactNode, useState } from 'react'
import type { LabelSet } from '../../data/api-types.ts'
import { useLoaded } from '../../viz/use-loaded.ts'
import type { SeriesDialogProps } from './series-dialog.tsx'

/** The dialog about one line of an answer, for a table with many; its module comes when it is first opened. */
export function useSeriesDialog(expr: string): {
  readonly open: (labels: LabelSet) => void
  readonly dialog: ReactNode
} {
  const [labels, setLabels] = useState<LabelSet | undefined>(undefined)
  const Dialog = useLoaded(labels === undefined ? undefined : loadDialog)
  return {
    open: setLabels,
    dialog: labels !== undefined && Dialog !== undefined && (
      // Loaded once and kept in state: it is no new component at every render.
      // oxlint-disable-next-line react/static-components
      <Dialog expr={expr} labels={labels} onClose={() => setLabels(undefined)} />
    ),
  }
}

async function loadDialog(): Promise<ComponentType<SeriesDialogProps>> {
  return (await import('./series-dialog.tsx')).SeriesDialog
}
