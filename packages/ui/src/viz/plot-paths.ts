// How one series is drawn: its line, its bars, the area below it.
import uPlot from 'uplot'
import { hueShifted, withAlpha } from './palette.ts'
import type { PlotShape } from './plot-shape.ts'
import type { PlotStyle } from './plot-series.ts'

interface SeriesPaths {
  readonly paths: uPlot.Series.PathBuilder | undefined
  readonly fill: uPlot.Series.Fill | undefined
  readonly stroke: uPlot.Series.Stroke
}

export function seriesPaths(shape: PlotShape, index: number): SeriesPaths {
  const { color, axis, style } = shape.series[index]!
  const thresholds = shape.axes.find(({ key }) => key === axis)?.thresholds.steps ?? []
  const isByThreshold = style.gradient === 'scheme' && thresholds.length > 1
  return {
    paths: buildersOf(style),
    fill: fillOf(style, color),
    stroke: isByThreshold ? (plot) => thresholdGradient(plot, axis, thresholds, color) : color,
  }
}

function buildersOf(style: PlotStyle): uPlot.Series.PathBuilder | undefined {
  const { paths } = uPlot
  if (style.draw === 'points') return () => null
  if (style.draw === 'bars')
    return paths.bars?.({ size: [style.barFactor, style.barPxMax], align: style.barAlign })
  if (style.curve === 'smooth') return paths.spline?.()
  if (style.curve === 'stepBefore') return paths.stepped?.({ align: -1 })
  if (style.curve === 'stepAfter') return paths.stepped?.({ align: 1 })
  return undefined
}

function fillOf(style: PlotStyle, color: string): uPlot.Series.Fill | undefined {
  if (style.fill <= 0 || style.draw === 'points') return undefined
  const solid = withAlpha(color, style.fill)
  if (style.gradient === 'none' || style.gradient === 'scheme') return solid
  const [top, bottom] =
    style.gradient === 'opacity'
      ? [solid, withAlpha(color, style.fill * 0.05)]
      : [
          withAlpha(hueShifted(color, 40), style.fill),
          withAlpha(hueShifted(color, -20), style.fill * 0.6),
        ]
  return (plot) => {
    const { top: y, height } = plot.bbox
    // uPlot asks before the chart is laid out, too.
    if (!(height > 0)) return solid
    const gradient = plot.ctx.createLinearGradient(0, y, 0, y + height)
    gradient.addColorStop(0, top!)
    gradient.addColorStop(1, bottom!)
    return gradient
  }
}

/** A line that wears the colour of the threshold it is above. */
function thresholdGradient(
  plot: uPlot,
  axis: string,
  steps: readonly { value: number | undefined; color: string }[],
  fallback: string,
): CanvasGradient | string {
  const { top, height } = plot.bbox
  const scale = plot.scales[axis]
  if (!(height > 0) || scale?.min === undefined || scale.max === undefined) return fallback
  const gradient = plot.ctx.createLinearGradient(0, top + height, 0, top)
  let before = steps[0]!.color
  gradient.addColorStop(0, before)
  for (const { value, color } of steps) {
    if (value === undefined) continue
    const share = 1 - (plot.valToPos(value, axis, true) - top) / height
    const at = Math.max(0, Math.min(1, share))
    gradient.addColorStop(at, before)
    gradient.addColorStop(at, color)
    before = color
  }
  return gradient
}
