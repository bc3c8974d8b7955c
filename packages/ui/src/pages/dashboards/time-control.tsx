// The range of a dashboard: earlier, the range itself, later, zoom out; and when it asks again.
import { intervalMs, isRelative, type RawTimeRange, type TimeRange } from '@pharos/dashboards'
import { type ReactNode, useRef } from 'react'
import { IconButton } from '../../kit/button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { PopoverSlot, useLazyPopover } from '../../kit/lazy-popover.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import { spanWords } from '../../text/span-words.ts'
import { zoomedOut } from './panel-host.tsx'
import { quickRange } from './quick-ranges.ts'
import type { TimePopoverProps } from './time-popover.tsx'
import type { DashboardSession } from './use-dashboard-session.ts'

export function TimeControl({ session }: { session: DashboardSession }): ReactNode {
  const t = useText()
  const label = useRangeLabel(session.rawRange, session.range)
  const trigger = useRef<HTMLButtonElement>(null)
  const popover = useLazyPopover<TimePopoverProps>(
    async () => (await import('./time-popover.tsx')).TimePopover,
  )
  return (
    <span className="btn-group">
      <IconButton
        framed
        icon="left"
        label={t('range.earlier')}
        onClick={() => session.setTime(shifted(session.range, -1))}
      />
      <button
        ref={trigger}
        type="button"
        className="btn"
        data-time-picker
        aria-expanded={popover.isOpen}
        aria-haspopup="dialog"
        onPointerEnter={popover.preload}
        onFocus={popover.preload}
        onClick={popover.open}
      >
        <Icon name="clock" size={15} />
        {label}
        <Icon name="down" size={14} />
      </button>
      <IconButton
        framed
        icon="right"
        label={t('range.later')}
        disabled={isRelative(session.rawRange.to)}
        onClick={() => session.setTime(shifted(session.range, 1))}
      />
      <IconButton
        framed
        icon="zoomOut"
        label={t('range.zoomOut')}
        onClick={() => session.setTime(zoomedOut(session.range))}
      />
      <PopoverSlot {...popover} content={{ trigger, onClose: popover.close, session }} />
    </span>
  )
}

/** Half a range to one side. */
export function shifted({ fromMs, toMs }: TimeRange, sign: 1 | -1): RawTimeRange {
  const half = (sign * (toMs - fromMs)) / 2
  return { from: String(Math.round(fromMs + half)), to: String(Math.round(toMs + half)) }
}

function useRangeLabel(raw: RawTimeRange, range: TimeRange): string {
  const t = useText()
  const time = useTimeFormat()
  const quick = quickRange(raw)
  if (quick !== undefined)
    return quick.span === undefined
      ? t(quick.text)
      : t(quick.text, { span: spanWords(t, quick.span) })
  const last = /^now-(\d+[smhdwMy])$/.exec(raw.from)
  if (last !== null && raw.to === 'now') return t('range.last', { span: spanWords(t, last[1]!) })
  return `${time.full(range.fromMs)} – ${time.full(range.toMs)}`
}

const INTERVALS = ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d']

export function RefreshControl({ session }: { session: DashboardSession }): ReactNode {
  const t = useText()
  const { dashboard, refresh } = session
  const listed = dashboard.timepicker['refresh_intervals']
  const own = Array.isArray(listed)
    ? listed.filter(
        (one): one is string => typeof one === 'string' && (intervalMs(one) ?? 0) >= 1000,
      )
    : []
  const choices = [
    ...new Set([...(own.length > 0 ? own : INTERVALS), ...(refresh === '' ? [] : [refresh])]),
  ]
  return (
    <span className="btn-group">
      <button
        type="button"
        className="btn"
        data-refresh
        aria-label={t('dash.refresh')}
        onClick={session.refreshNow}
      >
        <Icon name="refresh" size={15} />
        <span className="wide-only">{t('dash.refresh')}</span>
      </button>
      <select
        className="select"
        aria-label={t('dash.refreshEvery')}
        value={refresh}
        onChange={(event) => session.setView({ refresh: event.target.value })}
      >
        <option value="">{t('dash.refreshOff')}</option>
        {choices.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </span>
  )
}
