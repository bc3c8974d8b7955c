// Thresholds and marks, drawn by hand below and above the series.
import type uPlot from 'uplot'
import { withAlpha } from './palette.ts'
import type { AxisShape } from './plot-scales.ts'
import type { PlotMark } from './plot-series.ts'

export function drawThresholds(
  plot: uPlot,
  axes: readonly AxisShape[],
  part: 'area' | 'line',
): void {
  const { ctx } = plot
  const { left, top, width, height } = plot.bbox
  for (const { key, thresholds } of axes) {
    if (
      !thresholds.mode.includes(part === 'line' ? 'line' : 'area') &&
      !isDashed(thresholds.mode, part)
    )
      continue
    if (plot.scales[key]?.min === undefined || plot.scales[key].min === null) continue
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, top, width, height)
    ctx.clip()
    thresholds.steps.forEach(({ value, color }, i) => {
      const y = value === undefined ? top + height : plot.valToPos(value, key, true)
      if (part === 'area') {
        const next = thresholds.steps[i + 1]?.value
        const above = next === undefined ? top : plot.valToPos(next, key, true)
        ctx.fillStyle = withAlpha(color, 0.1)
        ctx.fillRect(left, above, width, y - above)
        return
      }
      if (value === undefined) return
      ctx.strokeStyle = color
      ctx.lineWidth = 1.5 * devicePixelRatio
      ctx.setLineDash(thresholds.mode.startsWith('dashed') ? [8, 6].map(scaled) : [])
      ctx.beginPath()
      ctx.moveTo(left, Math.round(y))
      ctx.lineTo(left + width, Math.round(y))
      ctx.stroke()
    })
    ctx.restore()
  }
}

function isDashed(mode: string, part: 'area' | 'line'): boolean {
  return part === 'line' && mode.startsWith('dashed')
}

function scaled(px: number): number {
  return px * devicePixelRatio
}

export function drawMarks(plot: uPlot, marks: readonly PlotMark[]): void {
  if (marks.length === 0) return
  const { ctx } = plot
  const { left, top, width, height } = plot.bbox
  ctx.save()
  ctx.lineWidth = devicePixelRatio
  for (const { fromMs, toMs, color } of marks) {
    const from = plot.valToPos(fromMs / 1000, 'x', true)
    const to = toMs === undefined ? from : plot.valToPos(toMs / 1000, 'x', true)
    if (to < left || from > left + width) continue
    const start = Math.max(left, from)
    const end = Math.min(left + width, to)
    if (end > start) {
      ctx.fillStyle = withAlpha(color, 0.12)
      ctx.fillRect(start, top, end - start, height)
    }
    ctx.strokeStyle = color
    ctx.setLineDash([4, 3].map(scaled))
    ctx.beginPath()
    ctx.moveTo(start, top)
    ctx.lineTo(start, top + height)
    ctx.stroke()
    ctx.setLineDash([])
    ctx.fillStyle = color
    ctx.beginPath()
    ctx.moveTo(start - scaled(4), top + height + scaled(5))
    ctx.lineTo(start + scaled(4), top + height + scaled(5))
    ctx.lineTo(start, top + height)
    ctx.fill()
  }
  ctx.restore()
}
