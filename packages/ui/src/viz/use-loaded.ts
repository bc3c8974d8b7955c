import { useEffect, useState } from 'react'

/**
 * What a module brings, once it is there: parts of a page that its first picture does without. `load` is constant or
 * undefined while nothing is wanted. A module that cannot be loaded is told by the nearest guard.
 */
export function useLoaded<T>(load: (() => Promise<T>) | undefined): T | undefined {
  const [state, setState] = useState<{ of: () => Promise<T>; value: T } | undefined>(undefined)
  useEffect(() => {
    if (load === undefined) return undefined
    let isWanted = true
    load().then(
      (value) => isWanted && setState({ of: load, value }),
      (error: unknown) => {
        if (isWanted)
          setState(() => {
            throw error
          })
      },
    )
    return () => {
      isWanted = false
    }
  }, [load])
  return state !== undefined && state.of === load ? state.value : undefined
}
