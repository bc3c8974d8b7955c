import { useEffect, useRef } from 'react'
import { shifted } from './time-control.tsx'
import { zoomedOut } from './panel-host.tsx'
import type { PanelAction } from './panel-menu-popover.tsx'
import type { DashboardSession } from './use-dashboard-session.ts'

/** How long after its first key the second of a pair counts, ms. */
const PAIR_MS = 1200

interface KeysOf {
  readonly session: DashboardSession
  readonly actionsOf: (panelId: number) => readonly PanelAction[]
}

/** `r` refresh, `t z` zoom out, `t ←/→` shift, `d k` kiosk; on a focused panel `v`, `e`, `i`, `p s`. */
export function useDashboardKeys(keys: KeysOf): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    let first = ''
    let firstAt = -Infinity
    const onKeyDown = (event: KeyboardEvent) => {
      if (
        event.defaultPrevented ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isTyping(event.target)
      )
        return
      const pair = event.timeStamp - firstAt < PAIR_MS ? `${first} ${event.key}` : event.key
      first = event.key
      firstAt = event.timeStamp
      if (runKey(latest.current, pair, event.target)) {
        event.preventDefault()
        first = ''
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable], dialog, [role="dialog"]') !== null
  )
}

function runKey({ session, actionsOf }: KeysOf, keys: string, target: EventTarget | null): boolean {
  switch (keys) {
    case 'r':
      session.refreshNow()
      return true
    case 't z':
      session.setTime(zoomedOut(session.range))
      return true
    case 't ArrowLeft':
      session.setTime(shifted(session.range, -1))
      return true
    case 't ArrowRight':
      session.setTime(shifted(session.range, 1))
      return true
    case 'd k':
      session.setView({ kiosk: !session.view.kiosk })
      return true
    case 'Escape':
      return leave(session)
    default:
      return onPanel(actionsOf, keys, target)
  }
}

function leave(session: DashboardSession): boolean {
  const { viewPanel, kiosk } = session.view
  if (viewPanel !== undefined) session.setView({ viewPanel: undefined })
  else if (kiosk) session.setView({ kiosk: false })
  return viewPanel !== undefined || kiosk
}

function onPanel(
  actionsOf: KeysOf['actionsOf'],
  keys: string,
  target: EventTarget | null,
): boolean {
  const panel = target instanceof Element ? target.closest<HTMLElement>('[data-panel]') : null
  if (panel === null) return false
  const action = actionsOf(Number(panel.dataset['panel'])).find((one) => one.keys === keys)
  action?.run()
  return action !== undefined
}
