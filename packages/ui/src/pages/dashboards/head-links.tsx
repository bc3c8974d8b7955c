// The links of a dashboard, and which of its annotations are marked. Most dashboards have neither.
import type { ReactNode } from 'react'
import { askedAnnotations } from '../../data/asked-annotations.ts'
import { safeAddress } from '../../data/safe-address.ts'
import { Icon } from '../../kit/icon.tsx'
import type { DashboardSession } from './use-dashboard-session.ts'

export interface HeadLinksProps {
  readonly session: DashboardSession
  readonly marksOff: ReadonlySet<string>
  readonly onMarksOff: (off: ReadonlySet<string>) => void
}

export function HeadLinks(props: HeadLinksProps): ReactNode {
  return (
    <>
      <Links session={props.session} />
      <MarkSwitches {...props} />
    </>
  )
}

function Links({ session }: { session: DashboardSession }): ReactNode {
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

function MarkSwitches({ session, marksOff, onMarksOff }: HeadLinksProps): ReactNode {
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
