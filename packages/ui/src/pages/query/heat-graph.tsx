// Buckets of histograms over time, classic ones by `le` and native ones, as a heatmap.
import { framesOf, type PrometheusData } from '@pharos/dashboards'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { formatValue } from '../../data/format.ts'
import { useServices } from '../../services.tsx'
import { HeatView } from '../../viz/heat-view.tsx'

export interface HeatGraphProps {
  readonly title: string
  readonly data: PrometheusData
  readonly stepSeconds: number
  readonly heightPx: number
  readonly startMs: number
  readonly endMs: number
  readonly onZoom: (fromMs: number, toMs: number) => void
}

const OPTIONS = {}

export function HeatGraph(props: HeatGraphProps): ReactNode {
  const { title, data, stepSeconds } = props
  const { sizes } = useServices()
  const host = useRef<HTMLDivElement>(null)
  const [widthPx, setWidthPx] = useState(0)
  useEffect(() => sizes.watch(host.current!, setWidthPx), [sizes])
  const frames = useMemo(
    () =>
      framesOf(data, { refId: 'A', expr: title, format: 'heatmap', stepMs: stepSeconds * 1000 }),
    [data, title, stepSeconds],
  )
  return (
    <div ref={host} className="heat-graph" style={{ minHeight: props.heightPx }}>
      {widthPx > 0 && (
        <HeatView
          title={title}
          options={OPTIONS}
          frames={frames}
          widthPx={widthPx}
          heightPx={props.heightPx}
          startMs={props.startMs}
          endMs={props.endMs}
          onZoom={props.onZoom}
          formatBound={(value) => formatValue(value)}
          formatCount={(value) => formatValue(value)}
        />
      )}
    </div>
  )
}
