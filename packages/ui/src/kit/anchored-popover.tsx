import type { ReactNode, RefObject } from 'react'
import { Dialog } from 'react-aria-components/Dialog'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { Popover } from 'react-aria-components/Popover'
import { useSettings } from '../services.tsx'

/** A dialog beside what opened it. Brings react-aria: import it from lazily loaded modules only. */
export function AnchoredPopover(props: {
  title: string
  className: string
  trigger: RefObject<HTMLElement | null>
  onClose: () => void
  children: ReactNode
}): ReactNode {
  const { lang } = useSettings()
  return (
    <I18nProvider locale={lang === 'zh' ? 'zh-CN' : 'en-US'}>
      <Popover
        isOpen
        triggerRef={props.trigger}
        placement="bottom end"
        offset={4}
        className={`popover ${props.className}`}
        onOpenChange={(isOpen) => {
          if (!isOpen) props.onClose()
        }}
      >
        <Dialog aria-label={props.title}>{props.children}</Dialog>
      </Popover>
    </I18nProvider>
  )
}
