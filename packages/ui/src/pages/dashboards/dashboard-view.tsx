import type { LoadedDashboard, Variables } from '@pharos/dashboards'
import {
  type ComponentType,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useLocation } from 'wouter'
import { panelById } from '../../data/dashboard-edits.ts'
import type { StoredDashboard } from '../../data/dashboards-api.ts'
import { createQueryBatcher } from '../../data/query-batch.ts'
import { scrapeIntervalOf } from '../../data/scrape-interval.ts'
import { Button } from '../../kit/button.tsx'
import { EmptyState } from '../../kit/states.tsx'
import { useServices, useText, ZoneProvider } from '../../services.tsx'
import { useLoaded } from '../../viz/use-loaded.ts'
import { useApi } from '../use-api.ts'
import { type DashboardScene, SceneProvider } from './dashboard-context.tsx'
import { DashboardGrid } from './dashboard-grid.tsx'
import { DashboardHead } from './dashboard-head.tsx'
import { DashboardLayers } from './dashboard-layers.tsx'
import type { Layer } from './layer-props.ts'
import { preloadKinds } from './panel-body.tsx'
import type { PanelCommands } from './panel-commands.ts'
import type { SinglePanelProps } from './single-panel.tsx'
import { useAdhocFilters } from './use-adhoc-filters.ts'
import { type DashboardEdits, useDashboardEdits } from './use-dashboard-edits.ts'
import { useDashboardKeys } from './use-dashboard-keys.ts'
import { type DashboardSession, useDashboardSession } from './use-dashboard-session.ts'
import { useMarks } from './use-marks.ts'

const NOTHING_OFF: ReadonlySet<string> = new Set()

export function DashboardView(props: {
  uid: string | undefined
  stored: StoredDashboard
  loaded: LoadedDashboard
}): ReactNode {
  const { stored, loaded } = props
  const [, navigate] = useLocation()
  const edits = useDashboardEdits(loaded.dashboard)
  const { dashboard } = edits
  const session = useDashboardSession(dashboard)
  const { view, variables } = session
  const [marksOff, setMarksOff] = useState(NOTHING_OFF)
  const [layer, setLayer] = useState<Layer | undefined>(undefined)
  const { scene, isReady } = useDashboardScene(session, props.uid, marksOff)
  useTitle(dashboard.title)
  const commands = usePanelCommands(session, edits, setLayer)
  useDashboardKeys(commands)
  useEffect(() => preloadKinds(dashboard.panels), [dashboard.panels])
  const isEditingPanel = view.editPanel !== undefined
  const add = () => void addPanel(edits, session)
  useQueryFromLink(edits, session)
  return (
    <ZoneProvider zone={session.zone}>
      <SceneProvider scene={scene}>
        <div className={view.kiosk ? 'dash-page is-kiosk' : 'dash-page'}>
          {view.kiosk || isEditingPanel ? null : (
            <DashboardHead
              uid={props.uid}
              session={session}
              edits={edits}
              meta={stored.meta}
              marksOff={marksOff}
              onMarksOff={setMarksOff}
              onAdd={add}
              onLayer={setLayer}
            />
          )}
          {!isEditingPanel && <VariableBarHost session={session} />}
          {variables !== undefined && isReady && !isEditingPanel && (
            <Panels
              session={session}
              edits={edits}
              variables={variables}
              commands={commands}
              onAdd={add}
            />
          )}
          <DashboardLayers
            layer={layer}
            onLayer={setLayer}
            stored={stored}
            edits={edits}
            session={session}
            uid={props.uid}
            onSaved={(saved) => {
              if (props.uid !== saved.uid)
                navigate(`/d/${encodeURIComponent(saved.uid)}`, { replace: true })
            }}
          />
        </div>
      </SceneProvider>
    </ZoneProvider>
  )
}

function usePanelCommands(
  session: DashboardSession,
  edits: DashboardEdits,
  onLayer: (layer: Layer) => void,
): PanelCommands {
  const [path, navigate] = useLocation()
  const { isViewer } = useServices()
  return {
    mayEdit: !isViewer,
    session,
    edits,
    path,
    navigate,
    onInspect: (panel, values) => onLayer({ kind: 'inspect', panel, values }),
    onAnnotate: () => onLayer({ kind: 'annotate' }),
  }
}

/** Comes while the variables' values are asked for; most dashboards have some, but the first picture has none. */
function VariableBarHost({ session }: { session: DashboardSession }): ReactNode {
  const hasVariables = session.dashboard.templating.list.length > 0
  const Bar = useLoaded(hasVariables ? loadVariableBar : undefined)
  // Loaded once and kept in state: it is no new component at every render.
  // oxlint-disable-next-line react/static-components
  return Bar === undefined ? null : <Bar session={session} />
}

async function loadVariableBar(): Promise<ComponentType<{ session: DashboardSession }>> {
  return (await import('./variable-bar.tsx')).VariableBar
}

async function loadSingle(): Promise<ComponentType<SinglePanelProps>> {
  return (await import('./single-panel.tsx')).SinglePanel
}

/** A new panel, opened in the editor. */
async function addPanel(
  edits: DashboardEdits,
  session: DashboardSession,
  expr?: string,
): Promise<void> {
  const { newPanel, withNewPanel } = await import('../../data/panel-edits.ts')
  const { dashboard, id } = withNewPanel(edits.dashboard, newPanel(expr))
  edits.change(dashboard)
  session.setView({ editPanel: id, addQuery: undefined })
}

/** A link of the query page brings a query: it becomes a panel once, and the address forgets it. */
function useQueryFromLink(edits: DashboardEdits, session: DashboardSession): void {
  const { addQuery } = session.view
  const taken = useRef<string | undefined>(undefined)
  const latest = useRef({ edits, session })
  useEffect(() => {
    latest.current = { edits, session }
  })
  useEffect(() => {
    if (addQuery === undefined || taken.current === addQuery) return
    taken.current = addQuery
    void addPanel(latest.current.edits, latest.current.session, addQuery)
  }, [addQuery])
}

/** What the panels of a dashboard share, and whether all of it is there. */
function useDashboardScene(
  session: DashboardSession,
  uid: string | undefined,
  marksOff: ReadonlySet<string>,
): { scene: DashboardScene; isReady: boolean } {
  const { api } = useServices()
  const [batcher] = useState(() => createQueryBatcher(api))
  const config = useApi<{ yaml: string }>('status/config', {})
  const yaml = config.data?.data.yaml ?? ''
  const scrapeIntervalMs = useMemo(() => scrapeIntervalOf(yaml), [yaml])
  const { withFilters, isReady } = useAdhocFilters(session.variables?.filters ?? [])
  const marks = useMarks(session, uid, batcher, marksOff)
  const scene = useMemo<DashboardScene>(
    () => ({ session, batcher, scrapeIntervalMs, withFilters, marks }),
    [session, batcher, scrapeIntervalMs, withFilters, marks],
  )
  return { scene, isReady: isReady && (config.data !== undefined || config.error !== null) }
}

/** All panels, or the one that is seen alone. */
function Panels(props: {
  session: DashboardSession
  edits: DashboardEdits
  variables: Variables
  commands: PanelCommands
  onAdd: () => void
}): ReactNode {
  const { session, edits, commands } = props
  const { dashboard } = edits
  const { viewPanel } = session.view
  const t = useText()
  const [collapsed, setCollapsed] = useState<ReadonlyMap<string, boolean>>(new Map())
  const toggleRow = useCallback(
    (key: string, isCollapsed: boolean) =>
      setCollapsed((before) => new Map(before).set(key, isCollapsed)),
    [],
  )
  const single = viewPanel === undefined ? undefined : panelById(dashboard, viewPanel)
  const Single = useLoaded(single === undefined ? undefined : loadSingle)
  if (dashboard.panels.length === 0)
    return (
      <EmptyState icon="grid" title={t('dash.empty')} hint={t('dash.emptyHint')}>
        <Button kind="primary" icon="plus" onClick={props.onAdd}>
          {t('dash.addPanel')}
        </Button>
      </EmptyState>
    )
  if (single !== undefined)
    return Single === undefined ? null : (
      // Loaded once and kept in state: it is no new component at every render.
      // oxlint-disable-next-line react/static-components
      <Single
        panel={single}
        commands={commands}
        onBack={() => session.setView({ viewPanel: undefined })}
      />
    )
  return (
    <DashboardGrid
      dashboard={dashboard}
      variables={props.variables}
      collapsed={collapsed}
      onToggleRow={toggleRow}
      commands={commands}
      onChange={edits.isEditing ? edits.change : undefined}
    />
  )
}

function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title
    document.title = `${title} · Pharos`
    return () => {
      document.title = before
    }
  }, [title])
}
