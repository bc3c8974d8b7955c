// The editor of a panel, as large as the window: preview and queries at the left, options at the right.
import type { Frame, Panel, Variables, VariableValue } from '@pharos/dashboards'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { panelById } from '../../../data/dashboard-edits.ts'
import { knownNames } from '../../../data/known-names.ts'
import { withPanel } from '../../../data/panel-edits.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { Tabs } from '../../../kit/segmented.tsx'
import { EmptyState } from '../../../kit/states.tsx'
import { useText } from '../../../services.tsx'
import type { LayerProps } from '../layer-props.ts'
import { PanelHost, type PanelSight } from '../panel-host.tsx'
import { RefreshControl, TimeControl } from '../time-control.tsx'
import { UndoButtons } from '../undo-buttons.tsx'
import { VariableBar } from '../variable-bar.tsx'
import { NamesProvider } from './known-names-context.tsx'
import { OptionList } from './option-list.tsx'
import { PanelJson } from './panel-json.tsx'
import { QueryList } from './query-list.tsx'
import { TransformList } from './transform-list.tsx'
import { TypeSwitcher } from './type-switcher.tsx'

type Tab = 'queries' | 'transforms' | 'json'

const NO_VALUES: ReadonlyMap<string, VariableValue> = new Map()
const PREVIEW_SHARE = 0.46
const NO_FRAMES: readonly Frame[] = []

export function PanelEditor(props: LayerProps): ReactNode {
  const { layer, edits, session, onClose } = props
  const t = useText()
  const before = useRef(edits.dashboard)
  const [sight, setSight] = useState<PanelSight | undefined>(undefined)
  const names = useMemo(() => knownNames(sight?.shown ?? NO_FRAMES), [sight])
  useAlone()
  const panel = layer.kind === 'edit' ? panelById(edits.dashboard, layer.panelId) : undefined
  if (panel === undefined) return <EmptyState title={t('editor.gone')} />
  const change = (next: Panel) => edits.change(withPanel(edits.dashboard, panel.id, () => next))
  const revert = () => {
    edits.change(before.current)
    onClose()
  }
  return (
    <div
      className="panel-editor"
      // The dialog element would put the pickers, which hang on the body, behind it.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="dialog"
      aria-label={t('editor.title', { title: panel.title })}
    >
      <EditorHead
        panel={panel}
        edits={edits}
        session={session}
        onClose={onClose}
        onRevert={revert}
      />
      <div className="editor-main">
        <VariableBar session={session} />
        <div className="editor-preview">
          <PanelHost
            panel={panel}
            values={NO_VALUES}
            heightPx={Math.max(220, Math.round(window.innerHeight * PREVIEW_SHARE))}
            commands={undefined}
            onSight={setSight}
          />
        </div>
        <EditorData
          panel={panel}
          frames={sight?.frames ?? NO_FRAMES}
          variables={session.variables}
          onChange={change}
        />
      </div>
      <aside className="editor-options" aria-label={t('editor.options')}>
        <TypeSwitcher panel={panel} sight={sight} onChange={(type) => change({ ...panel, type })} />
        <NamesProvider names={names}>
          <OptionList panel={panel} onChange={change} />
        </NamesProvider>
      </aside>
    </div>
  )
}

function EditorHead(props: {
  panel: Panel
  edits: LayerProps['edits']
  session: LayerProps['session']
  onClose: () => void
  onRevert: () => void
}): ReactNode {
  const { panel, edits, session, onClose } = props
  const t = useText()
  return (
    <header>
      <IconButton icon="left" label={t('dash.backToAll')} onClick={onClose} />
      <h2>
        {t('editor.title', {
          title: panel.title === '' ? t('panel.untitled', { id: panel.id }) : panel.title,
        })}
      </h2>
      <span className="spacer" />
      <UndoButtons edits={edits} />
      <TimeControl session={session} />
      <RefreshControl session={session} />
      <Button onClick={props.onRevert}>{t('dash.discard')}</Button>
      <Button kind="primary" onClick={onClose}>
        {t('editor.apply')}
      </Button>
    </header>
  )
}

interface EditorDataProps {
  readonly panel: Panel
  readonly frames: readonly Frame[]
  readonly variables: Variables | undefined
  readonly onChange: (panel: Panel) => void
}

function EditorData(props: EditorDataProps): ReactNode {
  const { panel, onChange } = props
  const t = useText()
  const [tab, setTab] = useState<Tab>('queries')
  const tabs: readonly { value: Tab; label: string }[] = [
    { value: 'queries', label: `${t('inspect.query')} (${panel.targets.length})` },
    { value: 'transforms', label: `${t('editor.transforms')} (${panel.transformations.length})` },
    { value: 'json', label: t('inspect.json') },
  ]
  return (
    <div className="editor-data">
      <Tabs id="editor" label={t('editor.data')} value={tab} options={tabs} onChange={setTab} />
      <div id="editor-panel" role="tabpanel" aria-labelledby={`editor-${tab}`}>
        {tab === 'queries' && <QueryList panel={panel} onChange={onChange} />}
        {tab === 'transforms' && <TransformList {...props} />}
        {tab === 'json' && <PanelJson key={panel.id} panel={panel} onChange={onChange} />}
      </div>
    </div>
  )
}

/** What lies behind the editor cannot be reached while it is open. */
function useAlone(): void {
  useEffect(() => {
    const behind = document.querySelectorAll('.side, .top, .skip')
    for (const one of behind) one.setAttribute('inert', '')
    return () => {
      for (const one of behind) one.removeAttribute('inert')
    }
  }, [])
}
