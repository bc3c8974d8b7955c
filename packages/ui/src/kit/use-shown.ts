import { useState } from 'react'

/** The first of a long list, and more of it on request. */
export function useShown<T>(
  list: readonly T[],
  step: number,
): { shown: readonly T[]; rest: number; more: () => void } {
  const [limit, setLimit] = useState(step)
  return {
    shown: list.length > limit ? list.slice(0, limit) : list,
    rest: Math.max(0, list.length - limit),
    more: () => setLimit(limit + step * 4),
  }
}
