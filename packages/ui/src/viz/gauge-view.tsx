// Dials: how far a value is between its limits, with the thresholds around it.
import type { Field } from '@pharos/dashboards'
import { type ReactNode, useMemo } from 'react'
import type { Theme } from '../data/settings.ts'
import { useSettings } from '../services.tsx'
import { stepColor } from './field-look.ts'
import { arcPath } from './arc.ts'
import { numberOption, objectOption, oneOf, type PanelProps } from './panel-props.ts'
import { readable } from './palette.ts'
import { type ReducedValue, reducedValues } from './reduced-values.ts'
import { NoData } from './no-data.tsx'
import { fittingFontPx, lettersOf, tileGrid } from './tile-layout.ts'
import { TileLink } from './tile-link.tsx'

/** The dial is open below. */
const HALF_SPAN = 118
const SUFFIX_SHARE = 0.6

export function GaugeView(props: PanelProps): ReactNode {
  const { frames, options, widthPx, heightPx } = props
  const { theme } = useSettings()
  const values = useMemo(() => reducedValues(frames, options, theme), [frames, options, theme])
  const orientation = oneOf(options, 'orientation', ['auto', 'horizontal', 'vertical'])
  const grid = tileGrid(values.length, widthPx, heightPx, orientation, 1.25)
  if (values.length === 0) return <NoData />
  return (
    <div
      className="tiles-of-panel"
      style={{ gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))` }}
    >
      {values.map((value, index) => (
        <Dial
          // Values have no other identity than their place: two series may be called alike.
          key={index}
          value={value}
          isNamed={values.length > 1}
          widthPx={grid.widthPx}
          heightPx={grid.heightPx}
          options={options}
        />
      ))}
    </div>
  )
}

function Dial(props: {
  value: ReducedValue
  isNamed: boolean
  widthPx: number
  heightPx: number
  options: PanelProps['options']
}): ReactNode {
  const { value, isNamed, widthPx, heightPx, options } = props
  const { theme } = useSettings()
  const nameRoomPx = isNamed ? 18 : 0
  const roomPx = Math.max(20, heightPx - nameRoomPx)
  // The dial's box is two radii wide and 1 + cos(62°) radii high.
  const radius = Math.max(14, Math.min(widthPx / 2 - 4, (roomPx - 4) / (1 + 0.47)))
  const hasMarkers = options['showThresholdMarkers'] !== false
  const ringPx = Math.max(2, radius * 0.05)
  const outer = hasMarkers ? radius - ringPx - Math.max(2, radius * 0.03) : radius
  const inner = outer * 0.76
  const share = Math.max(0, Math.min(1, value.percent === value.percent ? value.percent : 0))
  const neutral = numberOption(options, 'neutral')
  const origin = neutral === undefined ? 0 : shareOf(value.field, neutral)
  const fontPx =
    numberOption(objectOption(options, 'text'), 'valueSize') ??
    fittingFontPx(
      lettersOf(value.prefix + value.text, value.suffix, SUFFIX_SHARE),
      inner * 1.62,
      inner * 0.56,
      64,
      11,
    )
  const boxHeight = Math.min(roomPx, radius * 1.47 + 6)
  return (
    <TileLink value={value} className="dial" style={{ height: heightPx }}>
      <svg
        width={radius * 2 + 4}
        height={boxHeight}
        viewBox={`${-radius - 2} ${-radius - 2} ${radius * 2 + 4} ${boxHeight}`}
        // A drawing has no source that an img could name.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={`${value.name} ${value.prefix}${value.text}${value.suffix}`}
      >
        <path d={arcPath(inner, outer, -HALF_SPAN, HALF_SPAN)} fill="var(--track)" />
        <path
          d={arcPath(
            inner,
            outer,
            angleOf(Math.min(share, origin)),
            angleOf(Math.max(share, origin)),
          )}
          fill={value.color}
        />
        {hasMarkers &&
          markersOf(value.field, theme).map(({ from, to, color }) => (
            <path
              key={`${from} ${color}`}
              d={arcPath(radius - ringPx, radius, angleOf(from), angleOf(to))}
              fill={color}
            />
          ))}
        <DialText value={value} fontPx={fontPx} />
        {options['showThresholdLabels'] === true && <Limits value={value} radius={radius} />}
      </svg>
      {isNamed && <small>{value.name}</small>}
    </TileLink>
  )
}

function DialText({ value, fontPx }: { value: ReducedValue; fontPx: number }): ReactNode {
  const { theme } = useSettings()
  return (
    <text
      x={0}
      y={fontPx * 0.34}
      textAnchor="middle"
      fill={readable(value.color, theme, fontPx >= 24 ? 3 : 4.5)}
      fontSize={fontPx}
      fontWeight={600}
    >
      {value.prefix}
      {value.text}
      <tspan fontSize={fontPx * SUFFIX_SHARE}>{value.suffix}</tspan>
    </text>
  )
}

function Limits({ value, radius }: { value: ReducedValue; radius: number }): ReactNode {
  const { field } = value
  const [min, max] = limitsOf(field)
  const text = (limit: number) => {
    const {
      prefix = '',
      text: number,
      suffix = '',
    } = field.display?.(limit) ?? { text: String(limit) }
    return prefix + number + suffix
  }
  const y = radius * 0.47
  return (
    <g fill="var(--text-3)" fontSize={10}>
      <text x={-radius * 0.84} y={y} textAnchor="start">
        {text(min)}
      </text>
      <text x={radius * 0.84} y={y} textAnchor="end">
        {text(max)}
      </text>
    </g>
  )
}

function angleOf(share: number): number {
  return -HALF_SPAN + share * 2 * HALF_SPAN
}

/** Where the dial begins and ends: what the settings say, else what the data have. */
function limitsOf({ config, range }: Field): [number, number] {
  return [config.min ?? range?.min ?? 0, config.max ?? range?.max ?? 100]
}

export function shareOf(field: Field, value: number): number {
  const [min, max] = limitsOf(field)
  if (!(max > min)) return 0
  return Math.max(0, Math.min(1, (value - min) / (max - min)))
}

/** The spans of the thresholds around the dial, 0 to 1, in their colours. */
export function markersOf(
  field: Field,
  theme: Theme,
): { from: number; to: number; color: string }[] {
  const { thresholds } = field.config
  const steps = thresholds?.steps ?? []
  const [min, max] = limitsOf(field)
  const valueOf = (value: number | null): number =>
    value === null
      ? -Infinity
      : thresholds?.mode === 'percentage'
        ? min + (value / 100) * (max - min)
        : value
  return steps.flatMap(({ value, color }, index) => {
    const from = shareOf(field, valueOf(value))
    const next = steps[index + 1]
    const to = next === undefined ? 1 : shareOf(field, valueOf(next.value))
    return to > from ? [{ from, to, color: stepColor(color, theme) }] : []
  })
}
