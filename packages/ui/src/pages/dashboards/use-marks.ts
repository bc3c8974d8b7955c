import { namedColor } from '@pharos/dashboards'
import { useEffect, useMemo, useState } from 'react'
import { askedAnnotations } from '../../data/asked-annotations.ts'
import type { QueryBatcher } from '../../data/query-batch.ts'
import { useServices, useSettings } from '../../services.tsx'
import { seriesColor } from '../../viz/palette.ts'
import type { PlotMark } from '../../viz/plot-series.ts'
import type { DashboardSession } from './use-dashboard-session.ts'

const NONE: readonly PlotMark[] = []

/** What happened in the range shown: from the annotations that are switched on, and what was written down. */
export function useMarks(
  session: DashboardSession,
  uid: string | undefined,
  batcher: QueryBatcher,
  off: ReadonlySet<string>,
): readonly PlotMark[] {
  const { theme } = useSettings()
  const { api } = useServices()
  const { dashboard, variables, range } = session
  const [marks, setMarks] = useState(NONE)
  const asked = useMemo(
    () => askedAnnotations(dashboard.annotations.list).filter(({ name }) => !off.has(name)),
    [dashboard.annotations.list, off],
  )
  useEffect(() => {
    if (variables === undefined) return undefined
    const controller = new AbortController()
    const parts = asked.map(async (annotation): Promise<PlotMark[]> => {
      const color = /^#[0-9a-f]{6}/i.test(annotation.iconColor)
        ? annotation.iconColor.slice(0, 7)
        : (namedColor(annotation.iconColor, theme) ?? seriesColor(theme, 0))
      const { fetchHappenings } = await import('../../data/annotation-marks.ts')
      const found = await fetchHappenings(batcher, annotation, variables, range, controller.signal)
      return found.map((one) => ({ ...one, color }))
    })
    if (uid !== undefined) {
      const color = namedColor('orange', theme) ?? seriesColor(theme, 1)
      const written = async (): Promise<PlotMark[]> => {
        const { fetchAnnotations, happeningOf } = await import('../../data/stored-annotations.ts')
        const found = await fetchAnnotations(api, uid, range, controller.signal)
        return found.map((one) => ({ ...happeningOf(one), color }))
      }
      parts.push(written())
    }
    void Promise.allSettled(parts).then((done) => {
      // An annotation that fails leaves the others; its panel-less fault would have no place.
      if (controller.signal.aborted) return
      const found = done.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
      setMarks((before) => (found.length === 0 && before.length === 0 ? before : found))
    })
    return () => controller.abort()
  }, [asked, variables, range, batcher, theme, api, uid])
  return marks
}
