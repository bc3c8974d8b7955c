import { type ComponentType, type ReactNode, type RefObject, useEffect, useState } from 'react'

export interface PopoverContentProps {
  readonly trigger: RefObject<HTMLElement | null>
  readonly onClose: () => void
}

/**
 * Loads a popover's module when it is first opened or its trigger is hovered: react-aria is no part of the first
 * load. `load` is constant for a component.
 */
export function useLazyPopover<P extends PopoverContentProps>(
  load: () => Promise<ComponentType<P>>,
): {
  isOpen: boolean
  open: () => void
  close: () => void
  preload: () => void
  Content: ComponentType<P> | undefined
} {
  const [isOpen, setIsOpen] = useState(false)
  const [isWanted, setIsWanted] = useState(false)
  const [Content, setContent] = useState<ComponentType<P> | undefined>(undefined)
  useEffect(() => {
    if (!isWanted) return undefined
    let isMounted = true
    load().then(
      (component) => isMounted && setContent(() => component),
      () => isMounted && setIsWanted(false),
    )
    return () => {
      isMounted = false
    }
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isWanted])
  return {
    isOpen,
    open() {
      setIsWanted(true)
      setIsOpen(true)
    },
    close: () => setIsOpen(false),
    preload: () => setIsWanted(true),
    Content,
  }
}

export function PopoverSlot<P extends PopoverContentProps>(props: {
  isOpen: boolean
  Content: ComponentType<P> | undefined
  content: P
}): ReactNode {
  const { Content } = props
  return props.isOpen && Content !== undefined ? <Content {...props.content} /> : null
}
