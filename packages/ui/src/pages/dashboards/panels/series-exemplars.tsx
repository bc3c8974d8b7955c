// Exemplars over the chart of a panel. Loaded with the first ones that there are.
import type { Field, Frame } from '@pharos/dashboards'
import { type ReactNode, useCallback, useMemo } from 'react'
import type uPlot from 'uplot'
import type { Exemplar } from '../../../data/exemplars.ts'
import { ExemplarLayer } from '../../../viz/exemplar-layer.tsx'
import { type FieldLinks, type ShownLink, useFieldLinks } from '../../../viz/link-context.tsx'
import type { PlotPlan } from '../../../viz/plot-plan.ts'

export interface SeriesExemplarsProps {
  /** Made anew with each drawing. */
  readonly drawn: { readonly plot: uPlot }
  readonly plan: PlotPlan
  readonly exemplars: readonly Exemplar[]
}

export function SeriesExemplars({ drawn, plan, exemplars }: SeriesExemplarsProps): ReactNode {
  const linksOf = useFieldLinks()
  const places = useMemo(() => placesByQuery(plan), [plan])
  const placeOf = useCallback((one: Exemplar) => places.get(one.refId) ?? 0, [places])
  const axisOf = useCallback(
    (one: Exemplar) => plan.series[placeOf(one)]?.axis ?? plan.axes[0]?.key,
    [plan, placeOf],
  )
  return (
    <ExemplarLayer
      drawn={drawn}
      exemplars={exemplars}
      axisOf={axisOf}
      format={(one) => plan.series[placeOf(one)]?.format(one.value) ?? String(one.value)}
      linksOf={(one) => traceLinks(one, plan.fields[placeOf(one)], linksOf)}
    />
  )
}

/** The first series of each query: its exemplars have the same axis, unit and links. */
function placesByQuery({ frames }: PlotPlan): Map<string, number> {
  const places = new Map<string, number>()
  frames.forEach(({ refId }, place) => {
    if (refId !== undefined && !places.has(refId)) places.set(refId, place)
  })
  return places
}

/** The links of the panel's values that are about an exemplar: `${__data.fields.trace_id}` names one of its labels. */
function traceLinks(
  exemplar: Exemplar,
  field: Field | undefined,
  linksOf: FieldLinks,
): readonly ShownLink[] {
  const links = (field?.config.links ?? []).filter(({ url }) =>
    namedFields(url).some((name) => Object.hasOwn(exemplar.labels, name)),
  )
  if (links.length === 0) return []
  const value: Field = {
    name: 'Value',
    type: 'number',
    config: { links },
    values: Float64Array.of(exemplar.value),
  }
  const frame: Frame = {
    fields: [
      { name: 'Time', type: 'time', config: {}, values: Float64Array.of(exemplar.timeMs) },
      value,
      ...Object.entries(exemplar.labels).map(([name, text]): Field => ({
        name,
        type: 'string',
        config: {},
        values: [text],
      })),
    ],
    length: 1,
  }
  return linksOf(value, frame, 0)
}

function namedFields(url: unknown): string[] {
  if (typeof url !== 'string') return []
  const found = url.matchAll(/\$\{__data\.fields(?:\.([\w-]+)|\["([^"]+)"\])/g)
  return [...found].map(([, plain, quoted]) => plain ?? quoted ?? '')
}
