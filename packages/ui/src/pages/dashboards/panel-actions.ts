import type { Panel, VariableValue } from '@pharos/dashboards'
import { useLocation } from 'wouter'
import { copyText } from '../../data/browser.ts'
import { writeDashboardLink } from '../../data/dashboard-link.ts'
import { useText } from '../../services.tsx'
import type { PanelAction } from './panel-menu-popover.tsx'
import type { DashboardEdits } from './use-dashboard-edits.ts'
import { chosenPairs, type DashboardSession } from './use-dashboard-session.ts'

type PanelActions = (
  panel: Panel,
  values: ReadonlyMap<string, VariableValue>,
) => readonly PanelAction[]

/** What can be done with a panel. */
export function usePanelActions(of: {
  session: DashboardSession
  edits: DashboardEdits
  onInspect: (panel: Panel, values: ReadonlyMap<string, VariableValue>) => void
  onAnnotate: () => void
}): PanelActions {
  const t = useText()
  const [path, navigate] = useLocation()
  const { session, edits, onInspect } = of
  return (panel, values) => {
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
      {
        icon: 'edit',
        label: t('panel.edit'),
        keys: 'e',
        run: () => session.setView({ editPanel: panel.id }),
      },
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
    actions.push(
      { icon: 'clock', label: t('annotate.title'), run: of.onAnnotate },
      {
        icon: 'copy',
        label: t('panel.duplicate'),
        run: () =>
          void import('../../data/panel-edits.ts').then(({ duplicatedPanel }) =>
            edits.change(duplicatedPanel(edits.dashboard, panel.id)),
          ),
      },
      {
        icon: 'trash',
        label: t('panel.remove'),
        run: () =>
          void import('../../data/panel-edits.ts').then(({ withPanel }) =>
            edits.change(withPanel(edits.dashboard, panel.id, () => undefined)),
          ),
      },
    )
    return actions
  }
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
