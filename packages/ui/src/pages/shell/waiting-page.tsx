import type { ReactNode } from 'react'
import { Skeleton } from '../../kit/states.tsx'

/** In the place of a page whose code is on its way. */
export function WaitingPage(): ReactNode {
  return (
    <div className="page">
      <Skeleton rows={6} />
    </div>
  )
}
