// The bar above a dashboard: its name, its links, its range, and what can be done with it.
import { type ComponentType, type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { askedAnnotations } from '../../data/asked-annotations.ts'
import { writeDashboardLink } from '../../data/dashboard-link.ts'
import type { DashboardMeta } from '../../data/dashboards-api.ts'
import { starredDashboards, withStar } from '../../data/starred.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { ForEditors } from '../../kit/for-editors.tsx'
import { useText } from '../../services.tsx'
import { useLoaded } from '../../viz/use-loaded.ts'
import { useScene } from './dashboard-context.tsx'
import type { EditBarProps } from './edit-bar.tsx'
import type { HeadLinksProps } from './head-links.tsx'
import type { Layer } from './layer-props.ts'
import { RefreshControl, TimeControl } from './time-control.tsx'
import type { DashboardEdits } from './use-dashboard-edits.ts'
import { chosenPairs, type DashboardSession } from './use-dashboard-session.ts'

interface DashboardHeadProps {
  readonly uid: string | undefined
  readonly session: DashboardSession
  readonly edits: DashboardEdits
  readonly meta: DashboardMeta
  readonly marksOff: ReadonlySet<string>
  readonly onMarksOff: (off: ReadonlySet<string>) => void
  readonly onAdd: () => void
  readonly onLayer: (layer: Layer) => void
}

export function DashboardHead(props: DashboardHeadProps): ReactNode {
  const { uid, session, edits, meta } = props
  const t = useText()
  const { dashboard } = edits
  const Bar = useLoaded(edits.isEditing ? loadBar : undefined)
  const hasExtras =
    dashboard.links.length > 0 || askedAnnotations(dashboard.annotations.list).length > 0
  const Extras = useLoaded(hasExtras ? loadExtras : undefined)
  return (
    <div className="dash-head">
      <div className="dash-title">
        {meta.folderTitle !== undefined && meta.folderTitle !== 'General' && (
          <Link href={`/dashboards?q=${encodeURIComponent(meta.folderTitle)}`} className="hint">
            {meta.folderTitle} /
          </Link>
        )}
        <h1>{dashboard.title}</h1>
        {uid !== undefined && <Star uid={uid} title={dashboard.title} />}
        {edits.isChanged && <span className="pill is-warn">{t('dash.unsaved')}</span>}
      </div>
      {Extras !== undefined && (
        // Loaded once and kept in state: it is no new component at every render.
        // oxlint-disable-next-line react/static-components
        <Extras session={session} marksOff={props.marksOff} onMarksOff={props.onMarksOff} />
      )}
      <span className="spacer" />
      {edits.isEditing ? (
        Bar !== undefined && (
          // Loaded once and kept in state: it is no new component at every render.
          // oxlint-disable-next-line react/static-components
          <Bar edits={edits} onAdd={props.onAdd} onLayer={props.onLayer} />
        )
      ) : (
        <>
          <TimeControl session={session} />
          <RefreshControl session={session} />
          <span className="wide-only">
            <CopyButton label={t('dash.share')} text={() => shareLink(session)} />
            <SnapshotButton session={session} />
          </span>
          <ForEditors>
            <Button icon="edit" onClick={() => edits.setEditing(true)}>
              {t('dash.edit')}
            </Button>
          </ForEditors>
        </>
      )}
    </div>
  )
}

function SnapshotButton({ session }: { session: DashboardSession }): ReactNode {
  const t = useText()
  const scene = useScene()
  const [isBusy, setBusy] = useState(false)
  const { dashboard, variables } = session
  const save = async () => {
    setBusy(true)
    try {
      const { saveSnapshot } = await import('./save-snapshot.ts')
      await saveSnapshot(scene, dashboard, variables!)
    } finally {
      setBusy(false)
    }
  }
  return (
    <IconButton
      framed
      icon="download"
      label={t('dash.snapshot')}
      disabled={isBusy || variables === undefined}
      onClick={() => void save()}
    />
  )
}

async function loadBar(): Promise<ComponentType<EditBarProps>> {
  return (await import('./edit-bar.tsx')).EditBar
}

async function loadExtras(): Promise<ComponentType<HeadLinksProps>> {
  return (await import('./head-links.tsx')).HeadLinks
}

/** What is seen now, for whoever opens it later: the range as fixed times. */
function shareLink({ view, range, variables }: DashboardSession): string {
  const search = writeDashboardLink({
    ...view,
    time: { from: String(range.fromMs), to: String(range.toMs) },
    variables: variables === undefined ? view.variables : chosenPairs(variables),
  })
  const here = new URL(window.location.href)
  here.search = search
  return here.href
}

function Star({ uid, title }: { uid: string; title: string }): ReactNode {
  const t = useText()
  const [starred, setStarred] = useState(starredDashboards)
  const isStarred = starred.has(uid)
  return (
    <button
      type="button"
      className="icon-btn star"
      aria-pressed={isStarred}
      aria-label={t('dash.star', { title })}
      title={t('dash.star', { title })}
      onClick={() => setStarred(withStar(starred, uid, !isStarred))}
    >
      <Icon name="star" size={15} />
    </button>
  )
}
