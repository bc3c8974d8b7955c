import { type ReactNode, useRef } from 'react'
import { formatSpan } from '../../data/time.ts'
import { IconButton } from '../../kit/button.tsx'
import { Icon } from '../../kit/icon.tsx'
import { useText, useTimeFormat } from '../../services.tsx'
import { spanWords } from '../../text/span-words.ts'
import { PopoverSlot, useLazyPopover } from '../../kit/lazy-popover.tsx'
import type { RangePopoverProps } from './range-popover.tsx'
import type { RangeControlProps } from './range-control-props.ts'

/** Earlier, the range itself, later; the range opens the quick and absolute choices. */
export function RangeControl(props: RangeControlProps): ReactNode {
  const { panel, runMs, onChange } = props
  const t = useText()
  const time = useTimeFormat()
  const trigger = useRef<HTMLButtonElement>(null)
  const popover = useLazyPopover<RangePopoverProps>(
    async () => (await import('./range-popover.tsx')).RangePopover,
  )
  const shift = (sign: 1 | -1) => {
    const next = (panel.endMs ?? runMs) + sign * panel.rangeSeconds * 500
    if (next >= runMs) {
      props.onNow()
      onChange({ ...panel, endMs: undefined })
    } else onChange({ ...panel, endMs: Math.round(next / 1000) * 1000 })
  }
  const span = formatSpan(panel.rangeSeconds)
  const label =
    panel.endMs === undefined
      ? t('range.last', { span: spanWords(t, span) })
      : t('range.until', { span, end: time.full(panel.endMs) })
  return (
    <span className="btn-group">
      <IconButton framed icon="left" label={t('range.earlier')} onClick={() => shift(-1)} />
      <button
        ref={trigger}
        type="button"
        className="btn"
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
        disabled={panel.endMs === undefined}
        onClick={() => shift(1)}
      />
      <IconButton
        framed
        icon="zoomOut"
        label={t('range.zoomOut')}
        onClick={() => onChange({ ...panel, rangeSeconds: panel.rangeSeconds * 2 })}
      />
      <PopoverSlot {...popover} content={{ ...props, trigger, onClose: popover.close }} />
    </span>
  )
}
