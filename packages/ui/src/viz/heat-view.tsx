// A heatmap: how many values fell into each bucket over time.
import { type ReactNode, useMemo } from 'react'
import type { Theme } from '../data/settings.ts'
import { useSettings, useTimeFormat } from '../services.tsx'
import { type HeatPlan, heatPlan, heatShare } from './heat-plan.ts'
import { mixed } from './palette.ts'
import { numberOption, objectOption, oneOf, type PanelProps } from './panel-props.ts'
import { NoData } from './no-data.tsx'
import { type CanvasArea, TimeCanvas } from './time-canvas.tsx'

interface HeatViewProps extends PanelProps {
  readonly onZoom: ((fromMs: number, toMs: number) => void) | undefined
  /** A bound of a bucket, and a count, as people read them. */
  readonly formatBound: (value: number) => string
  readonly formatCount: (value: number) => string
}

const LEGEND_PX = 24

export function HeatView(props: HeatViewProps): ReactNode {
  const { frames, options, widthPx, heightPx, startMs, endMs, formatBound, formatCount } = props
  const { theme } = useSettings()
  const time = useTimeFormat()
  const plan = useMemo(() => heatPlan(frames, options), [frames, options])
  if (plan === undefined) return <NoData />
  const hasLegend = objectOption(options, 'legend')['show'] !== false
  const isReverse = objectOption(options, 'yAxis')['reverse'] === true
  const count = plan.rows.length
  const nameOf = ({ name, to }: { name: string; to: number }) =>
    to === Infinity ? '+Inf' : to === to ? formatBound(to) : name
  const rows = plan.rows.map((row, index) => ({
    name: nameOf(row),
    // The name of a bucket is its upper bound, and stands there.
    at: isReverse
      ? (index + 1) / count
      : 1 - (index + 1) / count + (row.to === row.to ? 0 : 0.5 / count),
  }))
  return (
    <>
      <TimeCanvas
        label={`${props.title}: ${count} × ${plan.times.length}`}
        widthPx={widthPx}
        heightPx={hasLegend ? heightPx - LEGEND_PX : heightPx}
        startMs={startMs}
        endMs={endMs}
        rows={isReverse ? rows : rows.toReversed()}
        draw={(area) => drawCells(area, plan, options, theme, isReverse)}
        onZoom={props.onZoom}
        tooltip={(ms, share) => {
          const row = Math.min(count - 1, Math.floor((isReverse ? share : 1 - share) * count))
          const at = columnAt(plan, ms)
          const value = at === undefined ? NaN : plan.counts[row]![at]!
          if (at === undefined || value !== value) return null
          const { from, to, name } = plan.rows[row]!
          return (
            <>
              <time>{time.full(plan.times[at]!)}</time>
              <div className="chart-tip-row">
                <i
                  style={{ background: heatColor(heatShare(value, plan, options), options, theme) }}
                />
                <span>
                  {from === from && to === to
                    ? `${formatBound(from)} – ${nameOf({ name, to })}`
                    : name}
                </span>
                <b>{formatCount(value)}</b>
              </div>
            </>
          )
        }}
      />
      {hasLegend && <HeatLegend plan={plan} options={options} format={formatCount} />}
    </>
  )
}

function HeatLegend(props: {
  plan: HeatPlan
  options: PanelProps['options']
  format: (value: number) => string
}): ReactNode {
  const { plan, options, format } = props
  const { theme } = useSettings()
  const color = objectOption(options, 'color')
  return (
    <div className="heat-legend" aria-hidden="true">
      <span>{format(numberOption(color, 'min') ?? Math.min(0, plan.min))}</span>
      <i
        style={{ background: `linear-gradient(to right, ${rampOf(options, theme).join(', ')})` }}
      />
      <span>{format(numberOption(color, 'max') ?? plan.max)}</span>
    </div>
  )
}

function columnAt({ times, columnMs }: HeatPlan, ms: number): number | undefined {
  // A column tells of the time before it: counts are of what happened up to its stamp.
  const at = times.findIndex((t) => ms > t - columnMs && ms <= t)
  return at < 0 ? undefined : at
}

function drawCells(
  area: CanvasArea,
  plan: HeatPlan,
  options: PanelProps['options'],
  theme: Theme,
  isReverse: boolean,
): void {
  const { ctx, top, height } = area
  const rowPx = height / plan.rows.length
  const gap = Math.min(numberOption(options, 'cellGap') ?? 1, rowPx / 3)
  const colors = Array.from({ length: 65 }, (_, i) => heatColor(i / 64, options, theme))
  plan.counts.forEach((counts, row) => {
    const y = top + (isReverse ? row : plan.rows.length - 1 - row) * rowPx
    for (let i = 0; i < counts.length; i++) {
      const share = heatShare(counts[i]!, plan, options)
      if (share !== share) continue
      const to = area.x(plan.times[i]!)
      const from = area.x(plan.times[i]! - plan.columnMs)
      const gapX = to - from > 4 ? gap : 0
      ctx.fillStyle = colors[Math.round(share * 64)]!
      ctx.fillRect(
        from,
        y + gap / 2,
        Math.max(1, to - from - gapX) + (gapX === 0 ? 0.4 : 0),
        Math.max(1, rowPx - gap),
      )
    }
  })
}

// Perceptually ordered, from what is least seen on the surface to what is most.
const RAMPS: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#eaf1fb', '#8bb8ea', '#3173c4', '#13264d'],
  dark: ['#1b2a49', '#2f6db5', '#4fd1c5', '#fdf3a7'],
}
const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  oranges: ['#3a2410', '#a85410', '#f2932e', '#ffe0b0'],
  reds: ['#3a1519', '#a3242e', '#f0626b', '#ffd4d6'],
  greens: ['#12301f', '#1f7a4a', '#56c98c', '#d6f5e3'],
  blues: ['#16304f', '#2f6db5', '#6aadff', '#d9eaff'],
  purples: ['#2a1a3d', '#6b3195', '#b083d9', '#ecdcfa'],
  greys: ['#1d2530', '#55606c', '#a0abb6', '#f2f4f6'],
  spectral: ['#5e4fa2', '#66c2a5', '#fee08b', '#d53e4f'],
  rdylgn: ['#1a9850', '#d9ef8b', '#fee08b', '#d73027'],
  turbo: ['#30123b', '#28bceb', '#a4fc3c', '#fb7e21', '#7a0403'],
  viridis: ['#440154', '#31688e', '#35b779', '#fde725'],
  inferno: ['#000004', '#781c6d', '#ed6925', '#fcffa4'],
  magma: ['#000004', '#721f81', '#f1605d', '#fcfdbf'],
  plasma: ['#0d0887', '#9c179e', '#ed7953', '#f0f921'],
}

function rampOf(options: PanelProps['options'], theme: Theme): readonly string[] {
  const color = objectOption(options, 'color')
  if (oneOf(color, 'mode', ['scheme', 'opacity']) === 'opacity') {
    const fill =
      typeof color['fill'] === 'string' && color['fill'].startsWith('#') ? color['fill'] : '#3173c4'
    return [theme === 'dark' ? mixed('#151b23', fill, 0.12) : mixed('#ffffff', fill, 0.12), fill]
  }
  const scheme = typeof color['scheme'] === 'string' ? color['scheme'].toLowerCase() : ''
  const known = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme]! : undefined
  if (known === undefined) return RAMPS[theme]
  // Many is what stands out: dark on light, light on dark.
  const isOrdered = ['spectral', 'rdylgn', 'turbo'].includes(scheme)
  const ramp = theme === 'light' && !isOrdered ? known.toReversed() : known
  return color['reverse'] === true ? ramp.toReversed() : ramp
}

function heatColor(share: number, options: PanelProps['options'], theme: Theme): string {
  if (share !== share) return 'transparent'
  const ramp = rampOf(options, theme)
  const at = share * (ramp.length - 1)
  const index = Math.min(ramp.length - 2, Math.floor(at))
  return mixed(ramp[index]!, ramp[index + 1]!, at - index)
}
