// What lies over a dashboard: the panel editor, inspect, settings, save. Each is loaded when it is opened.
import { type ComponentType, type ReactNode, useEffect, useState } from 'react'
import { useServices } from '../../services.tsx'
import type { Layer, LayerProps } from './layer-props.ts'

type Loader = () => Promise<ComponentType<LayerProps>>

const LAYERS: Readonly<Record<Layer['kind'], Loader>> = {
  inspect: async () => (await import('./inspect-dialog.tsx')).InspectDialog,
  settings: async () => (await import('./settings-dialog.tsx')).SettingsDialog,
  save: async () => (await import('./save-dialog.tsx')).SaveDialog,
  annotate: async () => (await import('./annotate-dialog.tsx')).AnnotateDialog,
  edit: async () => (await import('./editor/panel-editor.tsx')).PanelEditor,
}

interface DashboardLayersProps extends Omit<LayerProps, 'layer' | 'onClose'> {
  readonly layer: Layer | undefined
  readonly onLayer: (layer: Layer | undefined) => void
}

export function DashboardLayers(props: DashboardLayersProps): ReactNode {
  const { layer, onLayer, session, ...rest } = props
  const { editPanel } = session.view
  const { loadWords } = useServices()
  const shown: Layer | undefined =
    layer ?? (editPanel === undefined ? undefined : { kind: 'edit', panelId: editPanel })
  const kind = shown?.kind
  const [loaded, setLoaded] = useState<
    { kind: Layer['kind']; View: ComponentType<LayerProps> } | undefined
  >(undefined)
  useEffect(() => {
    if (kind === undefined) return undefined
    let isWanted = true
    const words = kind === 'edit' ? loadWords('editor') : undefined
    Promise.all([LAYERS[kind](), words]).then(
      ([View]) => isWanted && setLoaded({ kind, View }),
      () => isWanted && onLayer(undefined),
    )
    return () => {
      isWanted = false
    }
  }, [kind, onLayer, loadWords])
  if (
    shown === undefined ||
    loaded?.kind !== kind ||
    loaded === undefined ||
    session.variables === undefined
  )
    return null
  const close = () => {
    if (shown.kind === 'edit') session.setView({ editPanel: undefined })
    else onLayer(undefined)
  }
  return <loaded.View {...rest} session={session} layer={shown} onClose={close} />
}
