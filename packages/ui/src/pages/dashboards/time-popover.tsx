import { parseTime, zoneOf } from '@pharos/dashboards'
import type { ReactNode } from 'react'
import { nowMs } from '../../data/browser.ts'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'
import { type RangeFault, RangeForm } from '../../kit/range-form.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import { spanWords } from '../../text/span-words.ts'
import { QUICK_RANGES } from './quick-ranges.ts'
import type { DashboardSession } from './use-dashboard-session.ts'

export interface TimePopoverProps extends PopoverContentProps {
  readonly session: DashboardSession
}

export function TimePopover(props: TimePopoverProps): ReactNode {
  const { session, onClose } = props
  const t = useText()
  return (
    <AnchoredPopover
      title={t('range.title')}
      className="range-popover"
      trigger={props.trigger}
      onClose={onClose}
    >
      <SessionRange {...props} />
      <div>
        <h3>{t('range.quick')}</h3>
        <ul className="quick-ranges">
          {QUICK_RANGES.map(({ text, span, from, to }) => (
            <li key={`${from} ${to}`}>
              <button
                type="button"
                aria-current={
                  session.rawRange.from === from && session.rawRange.to === to ? 'true' : undefined
                }
                onClick={() => {
                  session.setTime({ from, to })
                  onClose()
                }}
              >
                {span === undefined ? t(text) : t(text, { span: spanWords(t, span) })}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </AnchoredPopover>
  )
}

function SessionRange({ session, onClose }: TimePopoverProps): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const zone = zoneOf(session.zone)
  const shown = (text: string, ms: number) => (/^\d+$/.test(text) ? time.full(ms) : text)
  const apply = (from: string, to: string): RangeFault | undefined => {
    const context = { nowMs: nowMs(), zone }
    const start = parseTime(from, context, 'down')
    const end = parseTime(to, context, 'up')
    if (start === undefined || end === undefined) return 'range.invalid'
    if (start >= end) return 'range.order'
    const written = (text: string, ms: number) =>
      text.trim().startsWith('now') ? text.trim() : String(ms)
    session.setTime({ from: written(from, start), to: written(to, end) })
    onClose()
    return undefined
  }
  const zones = [
    { value: 'browser', label: t('range.zoneLocal') },
    { value: 'utc', label: t('range.zoneUtc') },
  ]
  const chosen = session.zone === 'local' ? 'browser' : session.zone
  const isListed = zones.some(({ value }) => value === chosen)
  return (
    <RangeForm
      from={shown(session.rawRange.from, session.range.fromMs)}
      to={shown(session.rawRange.to, session.range.toMs)}
      onApply={apply}
      zone={chosen}
      zones={isListed ? zones : [...zones, { value: chosen, label: chosen }]}
      onZone={(timezone) => session.setView({ timezone })}
      hasZoneName
    />
  )
}
