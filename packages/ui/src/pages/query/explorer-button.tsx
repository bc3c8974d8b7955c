import { type ComponentType, type ReactNode, useEffect, useRef, useState } from 'react'
import { IconButton } from '../../kit/button.tsx'
import { useText } from '../../services.tsx'
import type { MetricsPaletteProps } from './metrics-palette.tsx'

function loadPalette(): Promise<ComponentType<MetricsPaletteProps>> {
  return import('./metrics-palette.tsx').then(({ MetricsPalette }) => MetricsPalette)
}

/** Finds a metric by its name or its description and hands it over when the dialog is gone. */
export function ExplorerButton(props: { onPick: (name: string) => void }): ReactNode {
  const t = useText()
  const [isOpen, setIsOpen] = useState(false)
  const picked = useRef<string | undefined>(undefined)
  const [Palette, setPalette] = useState<ComponentType<MetricsPaletteProps> | undefined>(undefined)
  const { onPick } = props
  useEffect(() => {
    if (!isOpen || Palette !== undefined) return undefined
    let isWanted = true
    loadPalette().then(
      (loaded) => isWanted && setPalette(() => loaded),
      () => isWanted && setIsOpen(false),
    )
    return () => {
      isWanted = false
    }
  }, [isOpen, Palette])
  useEffect(() => {
    // Only once the dialog is closed may the editor take the focus.
    if (isOpen || picked.current === undefined) return
    onPick(picked.current)
    picked.current = undefined
  }, [isOpen, onPick])
  return (
    <>
      <IconButton
        framed
        icon="book"
        label={t('explorer.open')}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        // Whether it can be loaded shows when it is opened.
        onPointerEnter={() => void loadPalette().catch(() => undefined)}
        onClick={() => setIsOpen(true)}
      />
      {isOpen && Palette !== undefined && (
        <Palette
          onClose={() => setIsOpen(false)}
          onPick={(name) => {
            picked.current = name
            setIsOpen(false)
          }}
        />
      )}
    </>
  )
}
