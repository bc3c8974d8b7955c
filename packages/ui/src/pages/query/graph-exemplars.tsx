// The exemplars of a query over its graph. Loaded when they are wanted.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type uPlot from 'uplot'
import { type Exemplar, fetchExemplars } from '../../data/exemplars.ts'
import { useServices } from '../../services.tsx'
import { ExemplarLayer } from '../../viz/exemplar-layer.tsx'

interface GraphExemplarsProps {
  /** Made anew with each drawing. */
  readonly drawn: { readonly plot: uPlot }
  readonly expr: string
  readonly startMs: number
  readonly endMs: number
}

const NONE: readonly Exemplar[] = []

export function GraphExemplars({ drawn, expr, startMs, endMs }: GraphExemplarsProps): ReactNode {
  const { api } = useServices()
  const found = useQuery({
    queryKey: ['exemplars', expr, startMs, endMs],
    queryFn: ({ signal }) =>
      fetchExemplars(api, [{ refId: 'A', expr }], { fromMs: startMs, toMs: endMs }, signal),
    staleTime: Infinity,
    retry: false,
  })
  return (
    <ExemplarLayer
      drawn={drawn}
      exemplars={found.data ?? NONE}
      axisOf={onlyAxis}
      format={({ value }) => String(value)}
      linksOf={noLinks}
    />
  )
}

/** The graph of a query has one. */
function onlyAxis(): string {
  return 'y'
}

function noLinks(): readonly never[] {
  return []
}
