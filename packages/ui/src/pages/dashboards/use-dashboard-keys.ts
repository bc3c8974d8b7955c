import { useEffect, useRef } from 'react'
import { shifted } from './time-control.tsx'
import { zoomedOut } from './panel-host.tsx'
import type { Panel, VariableValue } from '@pharos/dashboards'
import { panelById } from '../../data/dashboard-edits.ts'
import { useText } from '../../services.tsx'
import type { Translate } from '../../text/dictionary.ts'
import type { PanelCommands } from './panel-commands.ts'
import type { DashboardSession } from './use-dashboard-session.ts'

/** Keys that begin a pair; `g` is the one of all pages. Any other, such as Tab, is no part of the next. */
const FIRST_KEYS = new Set(['d', 'g', 'p', 't'])
/** How long after its first key the second of a pair counts, ms. */
const PAIR_MS = 1200

interface KeysOf {
  readonly commands: PanelCommands
  readonly t: Translate
}

/** `r` refresh, `t z` zoom out, `t ←/→` shift, `d k` kiosk; on a focused panel `v`, `e`, `i`, `p s`. */
export function useDashboardKeys(commands: PanelCommands): void {
  const t = useText()
  const latest = useRef({ commands, t })
  useEffect(() => {
    latest.current = { commands, t }
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
      const isPair = first !== '' && event.timeStamp - firstAt < PAIR_MS
      const pair = isPair ? `${first} ${event.key}` : event.key
      first = FIRST_KEYS.has(event.key) ? event.key : ''
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

function runKey(of: KeysOf, keys: string, target: EventTarget | null): boolean {
  const { session } = of.commands
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
      return onPanel(of, keys, target)
  }
}

function leave(session: DashboardSession): boolean {
  const { viewPanel, kiosk } = session.view
  if (viewPanel !== undefined) session.setView({ viewPanel: undefined })
  else if (kiosk) session.setView({ kiosk: false })
  return viewPanel !== undefined || kiosk
}

/** The keys that panels know; what they do is loaded with the first of them. */
const ON_PANELS: ReadonlySet<string> = new Set(['v', 'e', 'i', 'p s'])
const NO_VALUES: ReadonlyMap<string, VariableValue> = new Map()

function onPanel({ commands, t }: KeysOf, keys: string, target: EventTarget | null): boolean {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-panel]') : null
  if (element === null || !ON_PANELS.has(keys)) return false
  const id = Number(element.dataset['panel'])
  const panel: Panel | undefined = panelById(commands.edits.dashboard, id)
  if (panel === undefined) return false
  void import('./panel-actions.ts').then(({ panelActions }) =>
    panelActions(commands, t, panel, NO_VALUES)
      .find((one) => one.keys === keys)
      ?.run(),
  )
  return true
}
