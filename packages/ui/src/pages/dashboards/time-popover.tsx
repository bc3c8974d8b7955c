import { parseTime, zoneOf } from '@pharos/dashboards'
import { type FormEvent, type ReactNode, useState } from 'react'
import { nowMs } from '../../data/browser.ts'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'
import { Segmented } from '../../kit/segmented.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
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
      <RangeForm {...props} />
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
                {span === undefined ? t(text) : t(text, { span })}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </AnchoredPopover>
  )
}

function RangeForm({ session, onClose }: TimePopoverProps): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  const zone = zoneOf(session.zone)
  const shown = (text: string, ms: number) => (/^\d+$/.test(text) ? time.full(ms) : text)
  const [from, setFrom] = useState(() => shown(session.rawRange.from, session.range.fromMs))
  const [to, setTo] = useState(() => shown(session.rawRange.to, session.range.toMs))
  const [fault, setFault] = useState<'range.invalid' | 'range.order' | undefined>(undefined)
  const apply = (event: FormEvent) => {
    event.preventDefault()
    const context = { nowMs: nowMs(), zone }
    const start = parseTime(from, context, 'down')
    const end = parseTime(to, context, 'up')
    if (start === undefined || end === undefined) setFault('range.invalid')
    else if (start >= end) setFault('range.order')
    else {
      const written = (text: string, ms: number) =>
        text.trim().startsWith('now') ? text.trim() : String(ms)
      session.setTime({ from: written(from, start), to: written(to, end) })
      onClose()
    }
  }
  const field = { className: 'input', spellCheck: false, 'aria-invalid': fault !== undefined }
  const zones = [
    { value: 'browser', label: t('range.zoneLocal') },
    { value: 'utc', label: t('range.zoneUtc') },
  ]
  const chosen = session.zone === 'local' ? 'browser' : session.zone
  return (
    <form className="range-form" onSubmit={apply}>
      <h3>{t('range.absolute')}</h3>
      <label>
        {t('range.from')}
        <input {...field} value={from} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        {t('range.to')}
        <input {...field} value={to} onChange={(event) => setTo(event.target.value)} />
      </label>
      {fault !== undefined && (
        <p className="field-fault" role="alert">
          {t(fault)}
        </p>
      )}
      <button type="submit" className="btn is-primary">
        {t('range.apply')}
      </button>
      <div className="zone">
        <span>{t('range.zone')}</span>
        <Segmented
          label={t('range.zone')}
          value={chosen}
          options={
            zones.some(({ value }) => value === chosen)
              ? zones
              : [...zones, { value: chosen, label: chosen }]
          }
          onChange={(zoneName) => session.setView({ timezone: zoneName })}
        />
      </div>
      <span className="hint">{time.zoneName}</span>
    </form>
  )
}
