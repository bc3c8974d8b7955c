// Bars from the least to the most, one per value.
import { type CSSProperties, type ReactNode, useMemo } from 'react'
import type { Theme } from '../data/settings.ts'
import { useSettings } from '../services.tsx'
import { markersOf } from './gauge-view.tsx'
import { numberOption, objectOption, oneOf, type PanelProps } from './panel-props.ts'
import { readable, withAlpha } from './palette.ts'
import { type ReducedValue, reducedValues } from './reduced-values.ts'
import { NoData } from './no-data.tsx'
import { TileLink } from './tile-link.tsx'

const CELLS = 24
const BAR_PX_MIN = 11

export function BarGaugeView(props: PanelProps): ReactNode {
  const { frames, options, widthPx, heightPx } = props
  const { theme } = useSettings()
  const values = useMemo(() => reducedValues(frames, options, theme), [frames, options, theme])
  if (values.length === 0) return <NoData />
  const wanted = oneOf(options, 'orientation', ['auto', 'horizontal', 'vertical'])
  const isUpright = wanted === 'vertical' || (wanted === 'auto' && widthPx > heightPx * 1.6)
  // A name above each bar takes room that many bars do not have.
  const roomPx = heightPx / values.length
  const isAbove =
    options['namePlacement'] === 'top' ||
    (options['namePlacement'] !== 'left' && roomPx >= (widthPx < 220 ? 28 : 38))
  const names = Math.max(...values.map(({ name }) => name.length))
  const style: CSSProperties = {
    fontSize:
      numberOption(objectOption(options, 'text'), 'valueSize') ??
      (roomPx > 56 ? 16 : roomPx < 18 ? 11 : 13),
    ['--name-width' as string]: `${Math.min(widthPx * 0.4, names * 7 + 6)}px`,
  }
  const hasNames =
    options['namePlacement'] !== 'hidden' && (values.length > 1 || values[0]!.name !== '')
  const className = isUpright
    ? 'bar-gauge is-upright'
    : isAbove || !hasNames
      ? 'bar-gauge is-above'
      : 'bar-gauge'
  return (
    <div className={className} style={style}>
      {values.map((value, index) => (
        <TileLink
          // Values have no other identity than their place: two series may be called alike.
          key={index}
          value={value}
          className="bar-gauge-row"
          style={
            isUpright
              ? {}
              : { minHeight: BAR_PX_MIN, height: Math.max(BAR_PX_MIN, Math.min(roomPx - 2, 44)) }
          }
        >
          {hasNames && <small title={value.name}>{value.name}</small>}
          <BarTrack value={value} options={options} isUpright={isUpright} />
          <BarText
            value={value}
            theme={theme}
            mode={oneOf(options, 'valueMode', ['color', 'text', 'hidden'])}
          />
        </TileLink>
      ))}
    </div>
  )
}

function BarText(props: {
  value: ReducedValue
  theme: Theme
  mode: 'color' | 'text' | 'hidden'
}): ReactNode {
  const { value, theme, mode } = props
  if (mode === 'hidden') return null
  return (
    <b style={mode === 'text' ? {} : { color: readable(value.color, theme) }}>
      {value.prefix}
      {value.text}
      {value.suffix}
    </b>
  )
}

function BarTrack(props: {
  value: ReducedValue
  options: PanelProps['options']
  isUpright: boolean
}): ReactNode {
  const { value, options, isUpright } = props
  const { theme } = useSettings()
  const mode = oneOf(options, 'displayMode', ['gradient', 'basic', 'lcd'])
  const share = Math.max(0, Math.min(1, value.percent === value.percent ? value.percent : 0))
  if (mode === 'lcd') return <Cells value={value} share={share} />
  const length = `${(share * 100).toFixed(2)}%`
  const direction = isUpright ? 'to top' : 'to right'
  const fill = mode === 'basic' ? value.color : gradientOf(value, share, direction, theme)
  return (
    <span
      className="bar-track"
      style={options['showUnfilled'] === false ? { background: 'none' } : {}}
    >
      <i style={{ [isUpright ? 'height' : 'width']: length, background: fill }} />
    </span>
  )
}

/** The thresholds below the value as a run of colours; the bar shows its part of the whole run. */
function gradientOf(value: ReducedValue, share: number, direction: string, theme: Theme): string {
  const marks = markersOf(value.field, theme).filter(({ from }) => from < share)
  if (marks.length < 2 || share <= 0) return value.color
  const stops = marks.map(({ from, color }) => `${color} ${((from / share) * 100).toFixed(1)}%`)
  return `linear-gradient(${direction}, ${stops.join(', ')}, ${value.color} 100%)`
}

function Cells({ value, share }: { value: ReducedValue; share: number }): ReactNode {
  const { theme } = useSettings()
  const marks = markersOf(value.field, theme)
  const lit = Math.round(share * CELLS)
  return (
    <span className="bar-cells">
      {Array.from({ length: CELLS }, (_, index) => {
        const at = (index + 0.5) / CELLS
        const color = marks.find(({ from, to }) => at >= from && at < to)?.color ?? value.color
        const shown = /^#[0-9a-f]{6}$/i.test(color) && index >= lit ? withAlpha(color, 0.16) : color
        return <i key={index} style={{ background: shown }} />
      })}
    </span>
  )
}
