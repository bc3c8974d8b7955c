// States over time: spans (state timeline) or one tile per sample (status history).
import { type ReactNode, useMemo } from 'react'
import { useSettings, useTimeFormat } from '../services.tsx'
import { inkOn } from './palette.ts'
import { numberOption, objectOption, oneOf, type PanelProps } from './panel-props.ts'
import { type StatePlan, statePlan, type StateSpan } from './state-plan.ts'
import { NoData } from './no-data.tsx'
import { type CanvasArea, TimeCanvas } from './time-canvas.tsx'

interface StateViewProps extends PanelProps {
  readonly kind: 'timeline' | 'history'
  readonly onZoom: ((fromMs: number, toMs: number) => void) | undefined
}

const LEGEND_PX = 26

export function StateView(props: StateViewProps): ReactNode {
  const { frames, options, kind, widthPx, heightPx, startMs, endMs } = props
  const { theme } = useSettings()
  const time = useTimeFormat()
  const merges = kind === 'timeline' && options['mergeValues'] !== false
  const plan = useMemo(
    () => statePlan(frames, theme, merges, endMs),
    [frames, theme, merges, endMs],
  )
  if (plan.rows.length === 0) return <NoData />
  const hasLegend =
    objectOption(options, 'legend')['showLegend'] !== false && plan.states.length > 0
  const canvasPx = hasLegend ? heightPx - LEGEND_PX : heightPx
  const rowShare = 1 / plan.rows.length
  const spanAt = (ms: number, share: number) => {
    const row = plan.rows[Math.min(plan.rows.length - 1, Math.floor(share * plan.rows.length))]
    const span = row?.spans.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)
    return span === undefined || row === undefined ? undefined : { row, span }
  }
  return (
    <>
      <TimeCanvas
        label={`${props.title}: ${plan.rows
          .map(({ name, spans }) => `${name} ${spans.at(-1)?.text ?? ''}`)
          .slice(0, 20)
          .join(', ')}`}
        widthPx={widthPx}
        heightPx={canvasPx}
        startMs={startMs}
        endMs={endMs}
        rows={plan.rows.map(({ name }, index) => ({ name, at: (index + 0.5) * rowShare }))}
        draw={(area) => drawStates(area, plan, props)}
        onZoom={props.onZoom}
        tooltip={(ms, share) => {
          const found = spanAt(ms, share)
          if (found === undefined) return null
          const { row, span } = found
          return (
            <>
              <time>
                {time.full(span.fromMs)} – {time.clock(span.toMs)}
              </time>
              <div className="chart-tip-row">
                <i style={{ background: span.color }} />
                <span>{row.name}</span>
                <b>{span.text}</b>
              </div>
            </>
          )
        }}
      />
      {hasLegend && (
        <ul className="state-legend">
          {plan.states.map(({ text, color }) => (
            <li key={text}>
              <i style={{ background: color }} />
              <span>{text}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function drawStates(area: CanvasArea, plan: StatePlan, { options, kind }: StateViewProps): void {
  const { ctx, top, height, left, width } = area
  const rowPx = height / plan.rows.length
  const share = Math.max(0.1, Math.min(1, numberOption(options, 'rowHeight') ?? 0.9))
  const barPx = Math.max(1, rowPx * share - (share === 1 ? 0 : 1))
  const values = oneOf(options, 'showValue', ['auto', 'always', 'never'])
  const align = oneOf(options, 'alignValue', ['left', 'center', 'right'])
  const gapPx = kind === 'history' ? 1.5 : 0
  ctx.textBaseline = 'middle'
  plan.rows.forEach(({ spans }, index) => {
    const y = top + index * rowPx + (rowPx - barPx) / 2
    for (const span of spans) {
      const from = Math.max(left, area.x(span.fromMs))
      const to = Math.min(left + width, area.x(span.toMs))
      if (to <= left || from >= left + width) continue
      ctx.fillStyle = span.color
      ctx.globalAlpha = 0.88
      ctx.beginPath()
      ctx.roundRect(from, y, Math.max(1, to - from - gapPx), barPx, Math.min(2, barPx / 4))
      ctx.fill()
      ctx.globalAlpha = 1
      if (values !== 'never')
        nameSpan(area, span, {
          from,
          to,
          y: y + barPx / 2,
          barPx,
          align,
          isAlways: values === 'always',
        })
    }
  })
}

function nameSpan(
  { ctx }: CanvasArea,
  { text, color }: StateSpan,
  at: {
    from: number
    to: number
    y: number
    barPx: number
    align: 'left' | 'center' | 'right'
    isAlways: boolean
  },
): void {
  const room = at.to - at.from - 8
  if (at.barPx < 13 || (!at.isAlways && ctx.measureText(text).width > room)) return
  ctx.fillStyle = inkOn(color)
  ctx.textAlign = at.align
  const x =
    at.align === 'left' ? at.from + 4 : at.align === 'right' ? at.to - 4 : (at.from + at.to) / 2
  ctx.fillText(text, x, at.y, Math.max(1, room))
}
