import { type ReactNode, type RefObject, useSyncExternalStore } from 'react'
import type uPlot from 'uplot'
import { useText, useTimeFormat } from '../services.tsx'
import type { CursorStore } from './chart-cursor.ts'
import type { PlotData } from './plot-series.ts'

const SPOKEN_MAX = 5

export interface CursorSliderProps {
  readonly title: string
  readonly data: PlotData
  readonly cursor: CursorStore
  readonly plot: RefObject<uPlot | undefined>
}

/** The chart for the keyboard and for screen readers: arrows move the cursor, the values are read out. */
export function CursorSlider(props: CursorSliderProps): ReactNode {
  const { data, cursor, plot } = props
  const t = useText()
  const time = useTimeFormat()
  const state = useSyncExternalStore(cursor.subscribe, cursor.current)
  const last = Math.max(0, data.times.length - 1)
  const index = Math.min(state.index ?? last, last)

  const moveTo = (at: number) => {
    const chart = plot.current
    const seconds = data.times[at]
    if (chart === undefined || seconds === undefined) return
    const left = chart.valToPos(seconds, 'x')
    const top = chart.over.clientHeight / 3
    chart.setCursor({ left, top }, false)
    cursor.move({
      index: at,
      leftPx: left + chart.over.offsetLeft,
      topPx: top + chart.over.offsetTop,
      isOwn: true,
    })
  }
  const leave = () => {
    plot.current?.setCursor({ left: -10, top: -10 }, false)
    cursor.leave()
  }
  const seconds = data.times[index]
  const spoken = data.series
    .slice(0, SPOKEN_MAX)
    .map(({ name, values, format }) => `${name} ${format(values[index] ?? NaN)}`)
  return (
    <input
      type="range"
      className="chart-slider"
      aria-label={t('chart.cursor', { title: props.title })}
      aria-valuetext={
        seconds === undefined ? '' : `${time.full(seconds * 1000)}: ${spoken.join(', ')}`
      }
      min={0}
      max={last}
      value={index}
      onChange={(event) => moveTo(Number(event.target.value))}
      onBlur={leave}
    />
  )
}
