import { type ComponentType, type ReactNode, useEffect, useState } from 'react'
import type { PaletteProps } from './palette.tsx'

/** Loads the palette's module; the bundler keeps it, so a second call is free. */
export function loadPalette(): void {
  // Whether it failed shows when the palette is opened; the next opening tries again.
  void import('./palette.tsx').catch(() => undefined)
}

/** The palette brings react-aria with it, which is no part of the first load. */
export function PaletteHost(props: PaletteProps): ReactNode {
  const [Palette, setPalette] = useState<ComponentType<PaletteProps> | undefined>(undefined)
  const { onClose } = props
  useEffect(() => {
    let isWanted = true
    import('./palette.tsx').then(
      (module) => isWanted && setPalette(() => module.Palette),
      () => isWanted && onClose(),
    )
    return () => {
      isWanted = false
    }
  }, [onClose])
  return Palette === undefined ? null : <Palette {...props} />
}
