import type { ReactNode } from 'react'

interface SparklineProps {
  readonly values: ArrayLike<number>
  readonly widthPx: number
  readonly heightPx: number
  readonly color: string
  readonly isFilled?: boolean
}

/** A series without axes, as wide as its place. NaN is a gap. */
export function Sparkline(props: SparklineProps): ReactNode {
  const { widthPx, heightPx, color, isFilled = true } = props
  const line = sparklinePath(props.values, widthPx, heightPx)
  if (line === '') return null
  return (
    <svg className="sparkline" width={widthPx} height={heightPx} aria-hidden="true">
      {isFilled && (
        <path d={`${line}L${widthPx} ${heightPx}L0 ${heightPx}Z`} fill={color} opacity={0.14} />
      )}
      <path d={line} fill="none" stroke={color} strokeWidth={1.25} strokeLinejoin="round" />
    </svg>
  )
}

/** The line as an SVG path; empty with fewer than two points. */
function sparklinePath(values: ArrayLike<number>, widthPx: number, heightPx: number): string {
  let min = Infinity
  let max = -Infinity
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value - value !== 0) continue
    min = Math.min(min, value)
    max = Math.max(max, value)
    count++
  }
  if (count < 2) return ''
  if (min === max) {
    min -= 1
    max += 1
  }
  const y = (value: number) => heightPx - 2 - ((value - min) / (max - min)) * (heightPx - 4)
  const stepPx = widthPx / Math.max(1, values.length - 1)
  let path = ''
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value - value !== 0) continue
    path += `${path === '' ? 'M' : 'L'}${(i * stepPx).toFixed(1)} ${y(value).toFixed(1)}`
  }
  return path
}
