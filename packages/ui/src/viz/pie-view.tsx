// Shares of a whole.
import { type ReactNode, useMemo, useState } from 'react'
import type { Theme } from '../data/settings.ts'
import { useSettings, useText } from '../services.tsx'
import { arcPath } from './arc.ts'
import { type LegendItem, legendPlacement } from './legend-items.ts'
import { objectOption, oneOf, type PanelProps, textsOption } from './panel-props.ts'
import { inkOn, seriesColor } from './palette.ts'
import { type ReducedValue, reducedValues } from './reduced-values.ts'
import { NoData } from './no-data.tsx'

interface Slice {
  readonly value: ReducedValue
  readonly color: string
  /** Of all that is shown, 0 to 1. */
  readonly share: number
  /** Degrees. */
  readonly from: number
  readonly to: number
}

const FULL = 360
/** Beside a pie there is room in narrow panels too. */
const RIGHT_FROM_PX = 190
/** A label in a slice thinner than this cannot be read. */
const LABEL_SHARE_MIN = 0.06

export function PieView(
  props: PanelProps & { Legend: (props: PieLegendProps) => ReactNode },
): ReactNode {
  const { frames, options, widthPx, heightPx, Legend } = props
  const { theme } = useSettings()
  const t = useText()
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [focus, setFocus] = useState<string | undefined>(undefined)
  const values = useMemo(() => reducedValues(frames, options, theme), [frames, options, theme])
  const order = oneOf(options, 'sort', ['desc', 'asc', 'none'])
  const all = useMemo(() => drawnValues(values, order, theme), [values, order, theme])
  if (all.length === 0) return <NoData />
  const slices = slicesOf(all.filter(({ value }) => !hidden.has(value.name)))
  const { isRight, isShown } = legendPlacement(options, widthPx, RIGHT_FROM_PX)
  const legendPx = !isShown
    ? 0
    : isRight
      ? Math.min(widthPx * 0.5, 220)
      : Math.min(heightPx * 0.35, 24 * Math.ceil(all.length / 2))
  const sidePx = Math.max(
    40,
    Math.min(isRight ? widthPx - legendPx : widthPx, isRight ? heightPx : heightPx - legendPx) - 8,
  )
  const shares = new Map(slices.map(({ value, share }) => [value.name, share]))
  return (
    <div className={isRight ? 'pie is-right' : 'pie'}>
      <svg
        width={sidePx}
        height={sidePx}
        viewBox="-100 -100 200 200"
        // A drawing has no source that an img could name.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={`${props.title}: ${t('panel.slices', { count: slices.length })}`}
      >
        {slices.map((slice) => (
          <SliceShape
            key={slice.value.name}
            slice={slice}
            options={options}
            isDim={focus !== undefined && focus !== slice.value.name}
            onFocus={setFocus}
          />
        ))}
      </svg>
      {isShown && (
        <Legend
          slices={all.map(({ value, color }) => ({
            value,
            color,
            share: shares.get(value.name) ?? 0,
          }))}
          hidden={hidden}
          onHidden={setHidden}
          onFocus={setFocus}
          options={options}
          limitPx={isRight ? heightPx : legendPx}
        />
      )}
    </div>
  )
}

/** What is drawn, in its order and colours: nothing below zero is part of a whole. */
function drawnValues(
  values: readonly ReducedValue[],
  order: 'desc' | 'asc' | 'none',
  theme: Theme,
): { value: ReducedValue; color: string }[] {
  // Slices that wear one colour cannot be told apart: only colours that tell values apart are kept.
  const keepsColors = colorsDiffer(values)
  const sign = order === 'asc' ? -1 : 1
  const drawn = values
    .map((value, place) => ({
      value,
      color: keepsColors ? value.color : seriesColor(theme, place),
    }))
    .filter(({ value }) => value.numeric > 0)
  return order === 'none' ? drawn : drawn.sort((a, b) => (b.value.numeric - a.value.numeric) * sign)
}

export interface PieLegendProps {
  readonly slices: readonly { value: ReducedValue; color: string; share: number }[]
  readonly hidden: ReadonlySet<string>
  readonly onHidden: (hidden: ReadonlySet<string>) => void
  readonly onFocus: (name: string | undefined) => void
  readonly options: PanelProps['options']
  readonly limitPx: number
}

/** What the legend of a pie says of each slice: its value, its share, or nothing more. */
export function pieLegendItems(props: PieLegendProps): LegendItem[] {
  const values = textsOption(objectOption(props.options, 'legend'), 'values')
  return props.slices.map(({ value, color, share }, place) => ({
    place,
    name: value.name,
    color,
    values: [
      ...(values.includes('value') ? [`${value.prefix}${value.text}${value.suffix}`] : []),
      ...(values.includes('percent') ? [`${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`] : []),
    ],
  }))
}

function colorsDiffer(values: readonly ReducedValue[]): boolean {
  return new Set(values.map(({ color }) => color)).size > 1
}

function SliceShape(props: {
  slice: Slice
  options: PanelProps['options']
  isDim: boolean
  onFocus: (name: string | undefined) => void
}): ReactNode {
  const { slice, options, isDim } = props
  const inner = oneOf(options, 'pieType', ['pie', 'donut']) === 'donut' ? 60 : 0
  const labels = textsOption(options, 'displayLabels')
  const { value, share, color, from, to } = slice
  const text = [
    ...(labels.includes('name') ? [value.name] : []),
    ...(labels.includes('value') ? [`${value.prefix}${value.text}${value.suffix}`] : []),
    ...(labels.includes('percent') ? [`${Math.round(share * 100)}%`] : []),
  ].join(' ')
  const middle = (((from + to) / 2) * Math.PI) / 180
  const at = (inner + 98) / 2 + (inner === 0 ? 12 : 0)
  return (
    <g
      opacity={isDim ? 0.35 : 1}
      onMouseEnter={() => props.onFocus(value.name)}
      onMouseLeave={() => props.onFocus(undefined)}
    >
      <path d={arcPath(inner, 98, from, to)} fill={color} stroke="var(--surface)" strokeWidth={1.5}>
        <title>{`${value.name}: ${value.prefix}${value.text}${value.suffix} (${(share * 100).toFixed(1)}%)`}</title>
      </path>
      {text !== '' && share >= LABEL_SHARE_MIN && (
        <text
          x={at * Math.sin(middle)}
          y={-at * Math.cos(middle)}
          textAnchor="middle"
          dominantBaseline="middle"
          fontSize={11}
          fill={inkOn(color)}
          pointerEvents="none"
        >
          {text}
        </text>
      )}
    </g>
  )
}

function slicesOf(values: readonly { value: ReducedValue; color: string }[]): Slice[] {
  const sum = values.reduce((total, { value }) => total + value.numeric, 0)
  let from = 0
  return values.map(({ value, color }) => {
    const share = value.numeric / sum
    const slice = { value, color, share, from, to: from + share * FULL }
    from = slice.to
    return slice
  })
}
