import type { ReactNode } from 'react'
import { useServices } from '../services.tsx'

/** What changes something; who may only look does not see it. */
export function ForEditors({ children }: { children: ReactNode }): ReactNode {
  return useServices().isViewer ? null : children
}
