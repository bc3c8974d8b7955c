// Big numbers: one tile per value, coloured by its thresholds, with its course behind it.
import { type ReactNode, useMemo } from 'react'
import { useSettings } from '../services.tsx'
import { NoData } from './no-data.tsx'
import type { PanelProps } from './panel-props.ts'
import { numberOption, objectOption, oneOf } from './panel-props.ts'
import { inkOn, mixed, readable } from './palette.ts'
import { type ReducedValue, reducedValues } from './reduced-values.ts'
import { Sparkline } from './sparkline.tsx'
import { fittingFontPx, lettersOf, type TileGrid, tileGrid } from './tile-layout.ts'
import { TileLink } from './tile-link.tsx'

const NAME_PX = 16
const SUFFIX_SHARE = 0.55
const VALUE_PX_MAX = 88
/** Tiles higher than this have room for the course below the value; in lower ones it is behind it. */
const COURSE_BELOW_PX = 90

export function StatView(props: PanelProps): ReactNode {
  const { frames, options, widthPx, heightPx } = props
  const { theme } = useSettings()
  const values = useMemo(() => reducedValues(frames, options, theme), [frames, options, theme])
  const orientation = oneOf(options, 'orientation', ['auto', 'horizontal', 'vertical'])
  const grid = tileGrid(values.length, widthPx, heightPx, orientation)
  if (values.length === 0) return <NoData />
  const isNamed = hasNames(options, values.length)
  const valuePx = statFontPx(values, options, grid, isNamed)
  return (
    <div
      className="tiles-of-panel"
      style={{ gridTemplateColumns: `repeat(${grid.columns}, minmax(0, 1fr))` }}
    >
      {values.map((value, index) => (
        <StatTile
          // Values have no other identity than their place: two series may be called alike.
          key={index}
          value={value}
          isNamed={isNamed}
          isAlone={values.length === 1}
          valuePx={valuePx}
          widthPx={grid.widthPx}
          heightPx={grid.heightPx}
          options={options}
        />
      ))}
    </div>
  )
}

function hasNames(options: PanelProps['options'], count: number): boolean {
  const mode = oneOf(options, 'textMode', ['auto', 'value', 'value_and_name', 'name', 'none'])
  return mode === 'value_and_name' || (mode === 'auto' && count > 1)
}

function nameRoomPx(isNamed: boolean, heightPx: number): number {
  return isNamed ? Math.min(NAME_PX + 4, heightPx * 0.32) : 0
}

/** One size for all tiles of a panel, so that they read as a row: that of the longest text. */
function statFontPx(
  values: readonly ReducedValue[],
  options: PanelProps['options'],
  grid: TileGrid,
  isNamed: boolean,
): number {
  const wanted = numberOption(objectOption(options, 'text'), 'valueSize')
  if (wanted !== undefined) return wanted
  const isName = options['textMode'] === 'name'
  const letters = Math.max(
    ...values.map(({ prefix, text, suffix, name }) =>
      isName ? lettersOf(name, '', 1) : lettersOf(prefix + text, suffix, SUFFIX_SHARE),
    ),
  )
  const hasGraph = values.some((value) => hasCourse(value, options))
  return fittingFontPx(
    letters,
    grid.widthPx - (grid.widthPx < 100 ? 10 : 20),
    (grid.heightPx - nameRoomPx(isNamed, grid.heightPx)) *
      (hasGraph && grid.heightPx > COURSE_BELOW_PX ? 0.46 : 0.62),
    VALUE_PX_MAX,
    12,
  )
}

/** Whether its course over time is drawn behind a value. */
function hasCourse({ over, row, field }: ReducedValue, options: PanelProps['options']): boolean {
  return (
    oneOf(options, 'graphMode', ['area', 'line', 'none']) !== 'none' &&
    over !== undefined &&
    row === undefined &&
    field.values instanceof Float64Array &&
    field.values.length > 2
  )
}

function StatTile(props: {
  value: ReducedValue
  isNamed: boolean
  isAlone: boolean
  valuePx: number
  widthPx: number
  heightPx: number
  options: PanelProps['options']
}): ReactNode {
  const { value, isNamed, isAlone, valuePx, widthPx, heightPx, options } = props
  const { theme } = useSettings()
  const colorMode = oneOf(options, 'colorMode', ['value', 'background', 'background_solid', 'none'])
  const textMode = oneOf(options, 'textMode', ['auto', 'value', 'value_and_name', 'name', 'none'])
  const text = objectOption(options, 'text')
  const isTile = colorMode.startsWith('background')
  const hasName = isNamed && value.name !== ''
  const shown = textMode === 'name' ? { prefix: '', text: value.name, suffix: '' } : value
  const hasGraph = hasCourse(value, options)
  const namePx =
    numberOption(text, 'titleSize') ??
    Math.max(11, Math.min(14, nameRoomPx(hasName, heightPx) * 0.8))
  const ink = isTile
    ? inkOn(value.color)
    : colorMode === 'none'
      ? 'var(--text)'
      : readable(value.color, theme, valuePx >= 24 ? 3 : 4.5)
  const isCentered =
    oneOf(options, 'justifyMode', ['auto', 'center']) === 'center' || isAlone || !hasName
  const background = !isTile
    ? undefined
    : colorMode === 'background_solid'
      ? value.color
      : `linear-gradient(120deg, ${value.color}, ${mixed(value.color, '#000000', 0.16)})`
  const coursePx = Math.min(heightPx * 0.46, 90)
  const paddingBottom = hasGraph && heightPx > COURSE_BELOW_PX ? coursePx * 0.9 : undefined
  return (
    <TileLink
      value={value}
      className={isCentered ? 'stat is-centered' : 'stat'}
      style={{ minHeight: 0, height: heightPx, color: ink, background, paddingBottom }}
    >
      {hasGraph && (
        <Sparkline
          values={value.field.values as Float64Array}
          widthPx={widthPx}
          heightPx={coursePx}
          color={isTile ? inkOn(value.color) : value.color}
          isFilled={options['graphMode'] !== 'line'}
        />
      )}
      {hasName && <small style={{ fontSize: namePx }}>{value.name}</small>}
      {textMode !== 'none' && (
        <strong style={{ fontSize: valuePx }}>
          {shown.prefix}
          {shown.text}
          <i style={{ fontSize: Math.max(9, valuePx * SUFFIX_SHARE) }}>{shown.suffix}</i>
        </strong>
      )}
    </TileLink>
  )
}
