import type { ReactNode } from 'react'
import type { LineChange } from '../../data/line-changes.ts'
import { ScrollRegion } from '../../kit/scroll-region.tsx'
import { useText } from '../../services.tsx'

const SIGNS = { same: ' ', gone: '−', new: '+', skipped: ' ' } as const

export function LineChanges({ changes }: { changes: readonly LineChange[] }): ReactNode {
  const t = useText()
  if (changes.length === 0) return <p className="hint">{t('dash.noChanges')}</p>
  return (
    <ScrollRegion className="line-changes" label={t('dash.changes')}>
      {changes.map(({ kind, text }, index) => (
        // Lines have no other identity than their place.
        <div key={index} className={`is-${kind}`}>
          {SIGNS[kind]} {text}
        </div>
      ))}
    </ScrollRegion>
  )
}
