// The bar above a dashboard: its name, its links, its range, and what can be done with it.
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { askedAnnotations } from '../../data/asked-annotations.ts'
import { writeDashboardLink } from '../../data/dashboard-link.ts'
import type { DashboardMeta } from '../../data/dashboards-api.ts'
import { safeAddress } from '../../data/safe-address.ts'
import { starredDashboards, withStar } from '../../data/starred.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { useText } from '../../services.tsx'
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
      <DashboardLinks session={session} />
      <MarkSwitches {...props} />
      <span className="spacer" />
      {edits.isEditing ? (
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
          <Button icon="plus" onClick={props.onAdd}>
            {t('dash.addPanel')}
          </Button>
          <Button icon="settings" onClick={() => props.onLayer({ kind: 'settings' })}>
            {t('dash.settings')}
          </Button>
          <Button onClick={edits.discard}>
            {t(edits.isChanged ? 'dash.discard' : 'dash.done')}
          </Button>
          <Button
            kind="primary"
            icon="save"
            disabled={!edits.isChanged}
            onClick={() => props.onLayer({ kind: 'save' })}
          >
            {t('dash.save')}
          </Button>
        </>
      ) : (
        <>
          <TimeControl session={session} />
          <RefreshControl session={session} />
          <span className="wide-only">
            <CopyButton label={t('dash.share')} text={() => shareLink(session)} />
          </span>
          <Button icon="edit" onClick={() => edits.setEditing(true)}>
            {t('dash.edit')}
          </Button>
        </>
      )}
    </div>
  )
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

function DashboardLinks({ session }: { session: DashboardSession }): ReactNode {
  const { dashboard, variables, view, rawRange } = session
  const shown = dashboard.links.flatMap((link) => {
    const filled =
      variables?.interpolate(link.url ?? '', { range: session.range, rawRange }, 'percentencode') ??
      ''
    const extra = new URLSearchParams([
      ...(link.keepTime === true
        ? [
            ['from', rawRange.from],
            ['to', rawRange.to],
          ]
        : []),
      ...(link.includeVars === true && variables !== undefined ? variables.toQuery() : []),
    ] as [string, string][]).toString()
    const address =
      link.type === 'dashboards'
        ? `/dashboards?tag=${encodeURIComponent(link.tags?.[0] ?? '')}`
        : extra === ''
          ? filled
          : `${filled}${filled.includes('?') ? '&' : '?'}${extra}`
    const href = safeAddress(address)
    return href === undefined
      ? []
      : [
          {
            href,
            title: link.title || address,
            isBlank: link.targetBlank === true,
            tooltip: link.tooltip ?? '',
          },
        ]
  })
  if (shown.length === 0 || view.kiosk) return null
  return (
    <span className="dash-links">
      {shown.map(({ href, title, isBlank, tooltip }) => (
        <a
          key={`${href} ${title}`}
          href={href}
          title={tooltip}
          {...(isBlank ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
        >
          <Icon name="external" size={13} />
          {title}
        </a>
      ))}
    </span>
  )
}

function MarkSwitches({ session, marksOff, onMarksOff }: DashboardHeadProps): ReactNode {
  const asked = askedAnnotations(session.dashboard.annotations.list).filter(
    ({ hide }) => hide !== true,
  )
  if (asked.length === 0) return null
  const toggle = (name: string) => {
    const next = new Set(marksOff)
    if (!next.delete(name)) next.add(name)
    onMarksOff(next)
  }
  return (
    <span className="mark-switches">
      {asked.map(({ name }) => (
        <label key={name}>
          <input type="checkbox" checked={!marksOff.has(name)} onChange={() => toggle(name)} />
          {name}
        </label>
      ))}
    </span>
  )
}
