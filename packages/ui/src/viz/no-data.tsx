import type { ReactNode } from 'react'
import { useText } from '../services.tsx'

export function NoData(): ReactNode {
  const t = useText()
  return <p className="no-data">{t('panel.noData')}</p>
}
