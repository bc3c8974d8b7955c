import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Icon } from '../../kit/icon.tsx'
import { useText } from '../../services.tsx'
import { useFiringCount } from '../use-firing-count.ts'

/** Above all else on the overview while something fires, and only then. */
export function FiringNote(): ReactNode {
  const t = useText()
  const count = useFiringCount()
  if (count === 0) return null
  return (
    <Link href="/alerts?state=firing" className="note is-crit firing-note">
      <Icon name="bell" />
      <strong>{t('overview.firing', { count })}</strong>
      <span className="spacer" />
      <Icon name="right" />
    </Link>
  )
}
