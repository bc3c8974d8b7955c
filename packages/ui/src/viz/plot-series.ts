// What the chart over time draws, whoever asks for it: named columns with a look, and the axes they are measured on.
// Nothing here is a function of the chart's size, so that a plan is made once per answer.

/** null is a gap; undefined is a time that belongs to other series only and breaks no line. */
export type PlotValue = number | null | undefined

export interface PlotStyle {
  readonly draw: 'line' | 'bars' | 'points'
  readonly curve: 'linear' | 'smooth' | 'stepBefore' | 'stepAfter'
  readonly widthPx: number
  readonly dash?: readonly number[]
  /** Opacity of the area below the line or inside of the bar, 0 to 1. */
  readonly fill: number
  readonly gradient: 'none' | 'opacity' | 'hue' | 'scheme'
  /** `lonely`: only points without neighbours, which no line would show. */
  readonly points: 'lonely' | 'always' | 'never'
  readonly pointPx: number
  /** Lines go on over gaps. */
  readonly joinGaps: boolean
  /** Series with the same key stand on each other; those of a `percent:` key as shares of their sum. */
  readonly stack?: string
  /** Drawn upside down; the tooltip and the legend say the true value. */
  readonly negate: boolean
  /** Share of the room between two bars, 0 to 1, and the widest bar. */
  readonly barFactor: number
  readonly barPxMax: number
  readonly barAlign: -1 | 0 | 1
  /** The place of the series down to which this one is filled. */
  readonly fillDownTo?: number
}

export const LINE: PlotStyle = {
  draw: 'line',
  curve: 'linear',
  widthPx: 1.5,
  fill: 0,
  gradient: 'none',
  points: 'lonely',
  pointPx: 4,
  joinGaps: false,
  negate: false,
  barFactor: 0.7,
  barPxMax: 100,
  barAlign: 0,
}

export interface PlotSeries {
  readonly name: string
  readonly color: string
  /** Key of one of the plot's axes. */
  readonly axis: string
  /** As long as the plot's times. */
  readonly values: readonly PlotValue[]
  readonly format: (value: number) => string
  readonly style: PlotStyle
  /** Left out of the tooltip. */
  readonly isSilent?: boolean
}

interface PlotThreshold {
  /** Undefined: from below. */
  readonly value: number | undefined
  readonly color: string
}

export interface PlotAxis {
  readonly key: string
  readonly side: 'left' | 'right' | 'hidden'
  readonly label: string
  readonly min: number | undefined
  readonly max: number | undefined
  readonly softMin: number | undefined
  readonly softMax: number | undefined
  readonly isCentered: boolean
  readonly scale: 'linear' | 'log2' | 'log10' | 'symlog'
  readonly hasGrid: boolean
  /** Ticks at powers of two, for bytes. */
  readonly isBinary: boolean
  /** Ticks at whole numbers: labels without decimals would name others alike. */
  readonly isWhole: boolean
  readonly widthPx: number | undefined
  /** In CSS; undefined: the ink of all axes. */
  readonly color: string | undefined
  readonly thresholds: {
    readonly mode: 'off' | 'line' | 'dashed' | 'area' | 'line+area' | 'dashed+area'
    readonly steps: readonly PlotThreshold[]
  }
  /** Labels of the ticks of this axis, all at once: they share a scale and their decimals. */
  readonly ticks: (splits: readonly number[]) => string[]
}

export const AXIS: Omit<PlotAxis, 'key' | 'ticks'> = {
  side: 'left',
  label: '',
  min: undefined,
  max: undefined,
  softMin: undefined,
  softMax: undefined,
  isCentered: false,
  scale: 'linear',
  hasGrid: true,
  isBinary: false,
  isWhole: false,
  widthPx: undefined,
  color: undefined,
  thresholds: { mode: 'off', steps: [] },
}

/** Something that happened: a dashed line, or a shaded span when it lasted. */
export interface PlotMark {
  readonly fromMs: number
  readonly toMs: number | undefined
  readonly color: string
  readonly text: string
}

export interface PlotData {
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[]
  readonly series: readonly PlotSeries[]
  readonly axes: readonly PlotAxis[]
}
