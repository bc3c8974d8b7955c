import type { Panel } from '@pharos/dashboards'
import { useEffect, useState } from 'react'
import type { Exemplar } from '../../data/exemplars.ts'
import type { PanelAnswer } from '../../data/panel-run.ts'
import { useServices } from '../../services.tsx'

const NONE: readonly Exemplar[] = []

/** The exemplars of the queries that want them, asked for once the series are there. */
export function useExemplars(panel: Panel, answer: PanelAnswer | undefined): readonly Exemplar[] {
  const { api } = useServices()
  const [found, setFound] = useState(NONE)
  const { type, targets } = panel
  useEffect(() => {
    if (answer === undefined || type !== 'timeseries') return undefined
    const wanted = new Set(
      targets.flatMap(({ exemplar, refId }) => (exemplar === true ? [refId] : [])),
    )
    const queries = answer.asked.flatMap(({ target: { refId, expr } }) =>
      wanted.has(refId) ? [{ refId, expr }] : [],
    )
    if (queries.length === 0) return undefined
    const controller = new AbortController()
    const ask = async () => {
      const { fetchExemplars } = await import('../../data/exemplars.ts')
      return fetchExemplars(api, queries, answer.range, controller.signal)
    }
    ask().then(
      (exemplars) => !controller.signal.aborted && setFound(exemplars),
      // The graph is of use without them: an expression of another server may have none.
      () => !controller.signal.aborted && setFound(NONE),
    )
    return () => controller.abort()
  }, [api, answer, type, targets])
  return found
}
