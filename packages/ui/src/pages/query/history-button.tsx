import { type ReactNode, useRef } from 'react'
import { IconButton } from '../../kit/button.tsx'
import { useText } from '../../services.tsx'
import { PopoverSlot, useLazyPopover } from '../../kit/lazy-popover.tsx'
import type { HistoryPopoverProps } from './history-popover.tsx'

export function HistoryButton(props: { onPick: (expr: string) => void }): ReactNode {
  const t = useText()
  const trigger = useRef<HTMLButtonElement>(null)
  const popover = useLazyPopover<HistoryPopoverProps>(
    async () => (await import('./history-popover.tsx')).HistoryPopover,
  )
  return (
    <>
      <IconButton
        ref={trigger}
        framed
        icon="history"
        label={t('query.history')}
        aria-expanded={popover.isOpen}
        aria-haspopup="dialog"
        onPointerEnter={popover.preload}
        onClick={popover.open}
      />
      <PopoverSlot
        {...popover}
        content={{ trigger, onClose: popover.close, onPick: props.onPick }}
      />
    </>
  )
}
