import { type ReactNode, useRef } from 'react'
import { PopoverSlot, useLazyPopover } from '../../kit/lazy-popover.tsx'
import { useText } from '../../services.tsx'
import type { DashboardPopoverProps } from './dashboard-popover.tsx'

/** From a query that shows something to a panel that shows it every day. */
export function DashboardButton(props: { expr: string; isFramed?: boolean }): ReactNode {
  const t = useText()
  const trigger = useRef<HTMLButtonElement>(null)
  const popover = useLazyPopover<DashboardPopoverProps>(
    async () => (await import('./dashboard-popover.tsx')).DashboardPopover,
  )
  if (props.expr === '') return null
  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={props.isFramed === true ? 'btn' : 'small-link'}
        aria-expanded={popover.isOpen}
        aria-haspopup="dialog"
        onPointerEnter={popover.preload}
        onClick={popover.open}
      >
        {t('query.toDashboard')}
      </button>
      <PopoverSlot {...popover} content={{ trigger, onClose: popover.close, expr: props.expr }} />
    </>
  )
}
