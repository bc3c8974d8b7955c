import type { AdhocFilter } from '@pharos/dashboards'
import { useEffect, useMemo, useState } from 'react'

type Lay = (expr: string, filters: readonly AdhocFilter[]) => string

/** Lays a dashboard's filters over expressions; the parser for it is loaded with the first filter. */
export function useAdhocFilters(filters: readonly AdhocFilter[]): {
  withFilters: (expr: string) => string
  isReady: boolean
} {
  const [lay, setLay] = useState<Lay | undefined>(undefined)
  const key = JSON.stringify(filters)
  const isNeeded = filters.length > 0
  useEffect(() => {
    if (!isNeeded) return undefined
    let isWanted = true
    import('../../data/adhoc-filters.ts').then(
      (module) => isWanted && setLay(() => module.withAdhocFilters),
      () => undefined,
    )
    return () => {
      isWanted = false
    }
  }, [isNeeded])
  const withFilters = useMemo(() => filtering(lay, key), [lay, key])
  return { withFilters, isReady: !isNeeded || lay !== undefined }
}

/** @param key  the filters as JSON */
function filtering(lay: Lay | undefined, key: string): (expr: string) => string {
  const filters = JSON.parse(key) as AdhocFilter[]
  if (lay === undefined || filters.length === 0) return (expr) => expr
  return (expr) => lay(expr, filters)
}
