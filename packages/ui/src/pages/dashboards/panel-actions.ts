// What can be done with a panel. Loaded with the first menu that is opened, or the first key that is pressed on one.
import type { Panel, VariableValue } from '@pharos/dashboards'
import { copyText, saveBlob } from '../../data/browser.ts'
import { writeDashboardLink } from '../../data/dashboard-link.ts'
import { duplicatedPanel, withPanel } from '../../data/panel-edits.ts'
import type { Translate } from '../../text/dictionary.ts'
import type { IconName } from '../../kit/icon.tsx'
import type { PanelCommands } from './panel-commands.ts'
import { chosenPairs, type DashboardSession } from './use-dashboard-session.ts'

export interface PanelAction {
  readonly icon: IconName
  readonly label: string
  /** The key that does the same on a focused panel. */
  readonly keys?: string
  readonly run: () => void
}

export function panelActions(
  commands: PanelCommands,
  t: Translate,
  panel: Panel,
  values: ReadonlyMap<string, VariableValue>,
): readonly PanelAction[] {
  const { session, path, navigate, onInspect } = commands
  const actions: PanelAction[] = [
    {
      icon: 'eye',
      label: t('panel.view'),
      keys: 'v',
      run: () =>
        session.setView({
          viewPanel: session.view.viewPanel === panel.id ? undefined : panel.id,
        }),
    },
    ...(commands.mayEdit
      ? [
          {
            icon: 'edit',
            label: t('panel.edit'),
            keys: 'e',
            run: () => session.setView({ editPanel: panel.id }),
          } as const,
        ]
      : []),
    { icon: 'code', label: t('panel.inspect'), keys: 'i', run: () => onInspect(panel, values) },
    {
      icon: 'share',
      label: t('panel.copyLink'),
      keys: 'p s',
      run: () => void copyText(linkTo(path, session, panel)),
    },
  ]
  if (panel.targets.some(({ expr = '' }) => expr !== ''))
    actions.push({
      icon: 'search',
      label: t('overview.openQuery'),
      run: () =>
        void import('./query-link-of-panel.ts').then(({ queryLinkOfPanel }) =>
          navigate(queryLinkOfPanel(session, panel, values)),
        ),
    })
  actions.push({
    icon: 'download',
    label: t('panel.picture'),
    run: () => void savePicture(panel),
  })
  return commands.mayEdit ? [...actions, ...editingActions(commands, t, panel)] : actions
}

function editingActions(
  { edits, onAnnotate }: PanelCommands,
  t: Translate,
  panel: Panel,
): readonly PanelAction[] {
  return [
    { icon: 'clock', label: t('annotate.title'), run: onAnnotate },
    {
      icon: 'copy',
      label: t('panel.duplicate'),
      run: () => edits.change(duplicatedPanel(edits.dashboard, panel.id)),
    },
    {
      icon: 'trash',
      label: t('panel.remove'),
      run: () => edits.change(withPanel(edits.dashboard, panel.id, () => undefined)),
    },
  ]
}

async function savePicture(panel: Panel): Promise<void> {
  const shown = document.querySelector<HTMLElement>(`[data-panel="${panel.id}"]`)
  if (shown === null) return
  const { pictureOf } = await import('../../kit/element-picture.ts')
  const background = getComputedStyle(document.body).backgroundColor
  const picture = await pictureOf(shown, 'header button, header a, input', background)
  saveBlob(`${shown.ariaLabel ?? panel.id}.png`, picture)
}

/** With the range as it is now: the same picture for whoever opens it. */
function linkTo(path: string, session: DashboardSession, panel: Panel): string {
  const { view, range, variables } = session
  const search = writeDashboardLink({
    ...view,
    time: { from: String(range.fromMs), to: String(range.toMs) },
    variables: variables === undefined ? view.variables : chosenPairs(variables),
    viewPanel: panel.id,
  })
  return new URL(`${path.replace(/^\//, '')}?${search}`, document.baseURI).href
}
