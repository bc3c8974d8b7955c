// Ctrl-K: the field is there at once and loses no key; what looks things up comes after it.
import { type ReactNode, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { whenIdle } from '../../data/browser.ts'
import { NativeDialog } from '../../kit/native-dialog.tsx'
import { PickList } from '../../kit/pick-list.tsx'
import { useText } from '../../services.tsx'
import { useLoaded } from '../../viz/use-loaded.ts'
import type { Found } from './palette.tsx'

async function loadSource() {
  const { PaletteSource, pathOf } = await import('./palette.tsx')
  return { PaletteSource, pathOf }
}

/** Has it loaded before anybody wants it. */
export function usePalettePreload(): void {
  // Whether it failed shows when the palette is opened; the next opening tries again.
  useEffect(() => whenIdle(() => void loadSource().catch(() => undefined)), [])
}

export function PaletteHost(props: { onClose: () => void }): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const source = useLoaded(loadSource)
  const [text, setText] = useState('')
  const [found, setFound] = useState<Found | undefined>(undefined)
  const isStale = found?.text !== text
  const isWaiting = found?.isWaiting !== false
  return (
    <NativeDialog isBare title={t('palette.title')} className="palette" onClose={props.onClose}>
      {source !== undefined && <source.PaletteSource text={text} onFound={setFound} />}
      <PickList
        label={t('palette.title')}
        hint={t('app.search')}
        text={text}
        sections={found?.sections ?? []}
        isWaiting={isWaiting}
        isStale={isStale}
        itemClass="palette-item"
        onText={setText}
        onPick={(key) => {
          props.onClose()
          navigate(source!.pathOf(key))
        }}
        empty={
          <div className="empty" aria-live="polite">
            {t(isWaiting || isStale ? 'app.loading' : 'palette.none')}
          </div>
        }
      />
    </NativeDialog>
  )
}
