import type { ReactNode } from 'react'
import { nowMs } from '../../data/browser.ts'
import { formatSpan, parseMoment } from '../../data/time.ts'
import { AnchoredPopover } from '../../kit/anchored-popover.tsx'
import { type RangeFault, RangeForm } from '../../kit/range-form.tsx'
import { useServices, useSettings, useText, useTimeFormat } from '../../services.tsx'
import { spanWords } from '../../text/span-words.ts'
import type { PopoverContentProps } from '../../kit/lazy-popover.tsx'
import type { RangeControlProps } from './range-control-props.ts'

export interface RangePopoverProps extends PopoverContentProps, RangeControlProps {}

const QUICK_SECONDS = [
  300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000,
]

export function RangePopover(props: RangePopoverProps): ReactNode {
  const { panel, onChange, onClose } = props
  const t = useText()
  const quick = (rangeSeconds: number) => {
    props.onNow()
    onChange({ ...panel, rangeSeconds, endMs: undefined })
    onClose()
  }
  return (
    <AnchoredPopover title={t('range.title')} className="range-popover" {...props}>
      <AbsoluteRange {...props} />
      <div>
        <h3>{t('range.quick')}</h3>
        <ul className="quick-ranges">
          {QUICK_SECONDS.map((seconds) => (
            <li key={seconds}>
              <button
                type="button"
                aria-pressed={panel.endMs === undefined && panel.rangeSeconds === seconds}
                onClick={() => quick(seconds)}
              >
                {t('range.last', { span: spanWords(t, formatSpan(seconds)) })}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </AnchoredPopover>
  )
}

function AbsoluteRange(props: RangePopoverProps): ReactNode {
  const { panel, runMs, onChange } = props
  const t = useText()
  const time = useTimeFormat()
  const { zone } = useSettings()
  const { settings } = useServices()
  const endMs = panel.endMs ?? runMs
  const apply = (from: string, to: string): RangeFault | undefined => {
    const now = nowMs()
    const start = parseMoment(from, now, zone)
    const end = parseMoment(to, now, zone)
    if (start === undefined || end === undefined) return 'range.invalid'
    if (start >= end) return 'range.order'
    const isNow = to.trim() === 'now'
    if (isNow) props.onNow()
    onChange({
      ...panel,
      rangeSeconds: Math.max(1, Math.round((end - start) / 1000)),
      endMs: isNow ? undefined : end,
    })
    props.onClose()
    return undefined
  }
  return (
    <RangeForm
      from={time.full(endMs - panel.rangeSeconds * 1000)}
      to={panel.endMs === undefined ? 'now' : time.full(endMs)}
      onApply={apply}
      zone={zone}
      zones={[
        { value: 'local', label: t('range.zoneLocal') },
        { value: 'utc', label: t('range.zoneUtc') },
      ]}
      onZone={(next) => settings.change({ zone: next })}
      hasZoneName={zone === 'local'}
    />
  )
}
