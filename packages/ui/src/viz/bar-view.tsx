// Bars by category, upright or lying.
import { type ReactNode, useState } from 'react'
import { textOf } from './field-look.ts'
import type { BarPlan, BarSeries } from './bar-plan.ts'
import { niceTicks } from './nice-ticks.ts'
import { inkOn } from './palette.ts'
import { numberOption, oneOf, type PanelProps } from './panel-props.ts'

interface BarViewProps extends Omit<PanelProps, 'frames' | 'startMs' | 'endMs'> {
  readonly plan: BarPlan
  readonly hidden: ReadonlySet<number>
  /** Bars touch: they are neighbouring buckets. */
  readonly isHistogram?: boolean
}

interface Box {
  readonly along: number
  readonly across: number
  readonly size: number
  readonly from: number
  readonly to: number
}

const LETTER_PX = 6.4
const LABEL_PX = 14

interface BarGeometry {
  readonly isLying: boolean
  readonly plot: PlotBox
  readonly ticks: readonly number[]
  readonly tickText: (value: number) => string
  /** Room of one category, px. */
  readonly roomPx: number
  readonly place: (value: number) => number
  /** Only every so many-th name has room. */
  readonly everyName: number
  readonly nameLetters: number
}

function geometryOf(props: BarViewProps): BarGeometry {
  const { plan, options, widthPx, heightPx } = props
  const wanted = oneOf(options, 'orientation', ['auto', 'horizontal', 'vertical'])
  const isLying = props.isHistogram !== true && wanted === 'horizontal'
  const tickText = (value: number) =>
    plan.stacking === 'percent'
      ? `${Math.round(value * 100)}%`
      : textOf(plan.series[0]!.field, value)
  const ticks = niceTicks(plan.min, plan.max, isLying ? widthPx / 80 : heightPx / 40)
  const end = plan.stacking === 'percent' ? plan.max : Math.max(plan.max, ticks.at(-1)!)
  const names = Math.max(...plan.categories.map((name) => name.length)) * LETTER_PX
  const values = Math.max(...ticks.map((tick) => tickText(tick).length)) * LETTER_PX
  const left = Math.min(widthPx * 0.4, (isLying ? names : values) + 12)
  const plot = {
    left,
    top: 8,
    width: Math.max(1, widthPx - left - 12),
    height: Math.max(1, heightPx - 8 - 22),
  }
  const roomPx = (isLying ? plot.height : plot.width) / Math.max(1, plan.categories.length)
  const everyName = Math.max(1, Math.ceil((isLying ? LABEL_PX : Math.min(names, 90) + 10) / roomPx))
  return {
    isLying,
    plot,
    ticks,
    tickText,
    roomPx,
    everyName,
    nameLetters: isLying ? left / LETTER_PX - 1 : (roomPx * everyName) / LETTER_PX,
    place(value) {
      const share = (value - plan.min) / (end - plan.min)
      return isLying ? plot.left + share * plot.width : plot.top + (1 - share) * plot.height
    },
  }
}

type ShownSeries = BarSeries & { readonly isShown: boolean }

export function BarView(props: BarViewProps): ReactNode {
  const { plan, options, widthPx, heightPx } = props
  const [at, setAt] = useState<number | undefined>(undefined)
  const geometry = geometryOf(props)
  const { isLying, plot, roomPx } = geometry
  const series = plan.series.map((one, place) => ({ ...one, isShown: !props.hidden.has(place) }))
  const values = oneOf(options, 'showValue', ['auto', 'always', 'never'])
  return (
    <div className="bars" onPointerLeave={() => setAt(undefined)}>
      <svg
        width={widthPx}
        height={heightPx}
        // A drawing has no source that an img could name.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={`${props.title}: ${plan.categories.length}`}
      >
        {geometry.ticks.map((tick) => (
          <Tick
            key={tick}
            at={geometry.place(tick)}
            text={geometry.tickText(tick)}
            isLying={isLying}
            plot={plot}
          />
        ))}
        {boxesOf(plan, series, roomPx, options, props.isHistogram === true).map(
          ({ category, series: owner, box, value }) => (
            <Bar
              key={`${category} ${owner}`}
              box={box}
              isLying={isLying}
              plot={plot}
              place={geometry.place}
              color={series[owner]!.color}
              text={values === 'never' ? '' : textOf(series[owner]!.field, value)}
              isAlways={values === 'always'}
              isDim={at !== undefined && at !== category}
            />
          ),
        )}
        <Categories plan={plan} geometry={geometry} onPoint={setAt} />
      </svg>
      {at !== undefined && (
        <BarTip
          plan={plan}
          series={series}
          at={at}
          geometry={geometry}
          widthPx={widthPx}
          heightPx={heightPx}
        />
      )}
    </div>
  )
}

/** The names below the bars, and what the pointer meets. */
function Categories(props: {
  plan: BarPlan
  geometry: BarGeometry
  onPoint: (index: number) => void
}): ReactNode {
  const { isLying, plot, roomPx, everyName, nameLetters } = props.geometry
  return props.plan.categories.map((name, index) => (
    <g key={`${index} ${name}`}>
      {index % everyName === 0 && (
        <Name
          name={name}
          index={index}
          roomPx={roomPx}
          isLying={isLying}
          plot={plot}
          lettersMax={nameLetters}
        />
      )}
      <rect
        x={isLying ? plot.left : plot.left + index * roomPx}
        y={isLying ? plot.top + index * roomPx : plot.top}
        width={isLying ? plot.width : roomPx}
        height={isLying ? roomPx : plot.height}
        fill="transparent"
        onPointerEnter={() => props.onPoint(index)}
      />
    </g>
  ))
}

function BarTip(props: {
  plan: BarPlan
  series: readonly ShownSeries[]
  at: number
  geometry: BarGeometry
  widthPx: number
  heightPx: number
}): ReactNode {
  const { plan, at, geometry } = props
  const { isLying, plot, roomPx } = geometry
  const style = isLying
    ? { left: plot.left + 20, top: Math.min(props.heightPx - 60, plot.top + (at + 1) * roomPx) }
    : at > plan.categories.length / 2
      ? { right: props.widthPx - plot.left - at * roomPx + 8, top: plot.top }
      : { left: plot.left + (at + 1) * roomPx + 8, top: plot.top }
  return (
    <div className="chart-tip" aria-hidden="true" style={style}>
      <time>{plan.categories[at]}</time>
      {props.series
        .filter(({ isShown, values }) => isShown && values[at] === values[at])
        .slice(0, 14)
        .map(({ name, color, field, values }) => (
          <div key={name} className="chart-tip-row">
            <i style={{ background: color }} />
            <span>{name}</span>
            <b>{textOf(field, values[at])}</b>
          </div>
        ))}
    </div>
  )
}

interface PlacedBar {
  readonly category: number
  readonly series: number
  readonly value: number
  readonly box: Box
}

function boxesOf(
  plan: BarPlan,
  series: readonly ShownSeries[],
  roomPx: number,
  options: PanelProps['options'],
  isHistogram: boolean,
): PlacedBar[] {
  const shown = series.flatMap(({ isShown }, index) => (isShown ? [index] : []))
  const isStacked = plan.stacking !== 'none'
  const group = isHistogram
    ? 1
    : Math.max(0.1, Math.min(1, numberOption(options, 'groupWidth') ?? 0.7))
  const share = isHistogram
    ? 0.94
    : Math.max(0.1, Math.min(1, numberOption(options, 'barWidth') ?? 0.97))
  const lanes = isStacked || isHistogram ? 1 : Math.max(1, shown.length)
  const lanePx = (roomPx * group) / lanes
  return plan.categories.flatMap((_, category) => {
    const sum = shown.reduce(
      (total, index) => total + Math.abs(series[index]!.values[category]! || 0),
      0,
    )
    let up = 0
    let down = 0
    return shown.flatMap((index, lane): PlacedBar[] => {
      const value = series[index]!.values[category]!
      if (value !== value || value === 0) return []
      const size = plan.stacking === 'percent' ? value / (sum || 1) : value
      const from = isStacked ? (size < 0 ? down : up) : Math.max(0, plan.min)
      const to = isStacked ? from + size : size
      if (size < 0) down = to
      else up = to
      const across =
        category * roomPx +
        (roomPx * (1 - group)) / 2 +
        (isStacked || isHistogram ? 0 : lane * lanePx)
      return [
        {
          category,
          series: index,
          value,
          box: {
            along: category,
            across: across + (lanePx * (1 - share)) / 2,
            size: lanePx * share,
            from,
            to,
          },
        },
      ]
    })
  })
}

interface PlotBox {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function Tick(props: { at: number; text: string; isLying: boolean; plot: PlotBox }): ReactNode {
  const { at, text, isLying, plot } = props
  return isLying ? (
    <>
      <line x1={at} x2={at} y1={plot.top} y2={plot.top + plot.height} className="grid-line" />
      <text x={at} y={plot.top + plot.height + 15} textAnchor="middle" className="axis-text">
        {text}
      </text>
    </>
  ) : (
    <>
      <line x1={plot.left} x2={plot.left + plot.width} y1={at} y2={at} className="grid-line" />
      <text x={plot.left - 7} y={at + 4} textAnchor="end" className="axis-text">
        {text}
      </text>
    </>
  )
}

function Bar(props: {
  box: Box
  isLying: boolean
  plot: PlotBox
  place: (value: number) => number
  color: string
  text: string
  isAlways: boolean
  isDim: boolean
}): ReactNode {
  const { box, isLying, plot, color, text } = props
  const [a, b] = [props.place(box.from), props.place(box.to)]
  const long = Math.max(1, Math.abs(b - a))
  const rect = isLying
    ? { x: Math.min(a, b), y: plot.top + box.across, width: long, height: Math.max(1, box.size) }
    : { x: plot.left + box.across, y: Math.min(a, b), width: Math.max(1, box.size), height: long }
  const needed = text.length * LETTER_PX + 6
  const fits = isLying ? long > needed && box.size >= 12 : box.size > needed && long >= 14
  return (
    <g opacity={props.isDim ? 0.45 : 1}>
      <rect {...rect} rx={Math.min(2, box.size / 4)} fill={color} />
      {text !== '' && (fits || props.isAlways) && (
        <text
          x={rect.x + rect.width / 2}
          y={isLying ? rect.y + rect.height / 2 + 4 : rect.y + 12}
          textAnchor="middle"
          fontSize={11}
          fill={fits ? inkOn(color) : 'var(--text)'}
        >
          {text}
        </text>
      )}
    </g>
  )
}

function Name(props: {
  name: string
  index: number
  roomPx: number
  isLying: boolean
  plot: PlotBox
  lettersMax: number
}): ReactNode {
  const { name, index, roomPx, isLying, plot } = props
  const letters = Math.max(3, Math.floor(props.lettersMax))
  const text = name.length > letters ? `${name.slice(0, letters - 1)}…` : name
  const middle = (index + 0.5) * roomPx
  return (
    <text
      x={isLying ? plot.left - 7 : plot.left + middle}
      y={isLying ? plot.top + middle + 4 : plot.top + plot.height + 15}
      textAnchor={isLying ? 'end' : 'middle'}
      className="axis-text"
    >
      {text}
      <title>{name}</title>
    </text>
  )
}
