// Only the rows in view are drawn, so that ten thousand scroll like ten.
import {
  type RefObject,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useReducer,
  useState,
} from 'react'
import { flushSync } from 'react-dom'
import { rowAt, RowHeights, rowTops } from './row-tops.ts'

export interface RowWindow {
  /** The rows to draw, by their place in the list. */
  readonly rows: readonly number[]
  /** Empty space that stands for the rows before and after them, px. */
  readonly abovePx: number
  readonly belowPx: number
}

interface RowWindowOptions {
  readonly count: number
  /** The height of each; with a `body`, what is thought of it until the first have been measured. */
  readonly rowPx: number
  readonly scroller: RefObject<HTMLElement | null>
  /** From the top of the scrolling content to the first row, px; `body` says it when it is there. */
  readonly topPx?: number
  /** Rows that may differ in height stand here, with one `tr` for each; `keyOf` tells whose height it is. */
  readonly body?: RefObject<HTMLElement | null>
  readonly keyOf?: (index: number) => number
  /** As many are drawn all at once: a browser lays them out without effort, and its own search finds them. */
  readonly allMax?: number
}

/** Px from the first row. */
interface View {
  readonly fromPx: number
  readonly toPx: number
}

/** Rows drawn before and after those in view. */
const SPARE = 8

export function useRows(options: RowWindowOptions): RowWindow {
  const { count, rowPx, body, keyOf = itself, allMax = 0 } = options
  const isLong = count > allMax
  const [view, setView] = useState<View>({ fromPx: 0, toPx: globalThis.innerHeight })
  const [heights] = useState(() => new RowHeights(rowPx))
  const [measured, noteMeasured] = useReducer((times: number) => times + 1, 0)
  const isEven = body === undefined
  const tops = useMemo(
    () => rowTops(isLong ? count : 0, (index) => (isEven ? rowPx : heights.of(keyOf(index)))),
    // `measured` says that the heights are others.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [isLong, count, rowPx, isEven, keyOf, heights, measured],
  )
  const first = isLong ? Math.max(0, rowAt(tops, view.fromPx) - SPARE) : 0
  const end = isLong ? Math.min(count, rowAt(tops, view.toPx) + 1 + SPARE) : count
  const look = () => {
    const next = viewOf(options)
    const isDrawn =
      next === undefined ||
      ((first === 0 || rowAt(tops, next.fromPx) - first >= SPARE / 2) &&
        (end === count || end - 1 - rowAt(tops, next.toPx) >= SPARE / 2))
    if (!isDrawn) setView(next)
  }
  const measure = () => {
    const rows = [...(body?.current?.children ?? [])]
    // The first stands for the rows above.
    if (first > 0) rows.shift()
    const found = rows
      .slice(0, end - first)
      .map((row, i): [number, number] => [keyOf(first + i), row.getBoundingClientRect().height])
    if (heights.note(found)) noteMeasured()
  }
  useWatched(isLong, options, look, measure)
  return {
    rows: Array.from({ length: end - first }, (_, i) => first + i),
    abovePx: tops[first] ?? 0,
    belowPx: isLong ? tops[count]! - tops[end]! : 0,
  }
}

function itself(index: number): number {
  return index
}

function viewOf({ scroller, body, topPx = 0 }: RowWindowOptions): View | undefined {
  const element = scroller.current
  if (element === null) return undefined
  const bodyPx = body?.current?.getBoundingClientRect().top
  const fromPx =
    bodyPx === undefined ? element.scrollTop - topPx : element.getBoundingClientRect().top - bodyPx
  return { fromPx, toPx: fromPx + element.clientHeight }
}

/** Looks again when what is in view may be other than before, and measures what was laid out. */
function useWatched(
  isLong: boolean,
  { scroller, body }: RowWindowOptions,
  look: () => void,
  measure: () => void,
): void {
  const onLook = useEffectEvent(look)
  const onLaidOut = useEffectEvent(measure)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!isLong || element === null) return undefined
    // What has scrolled into view is drawn before the browser paints.
    const onScroll = () => flushSync(() => onLook())
    element.addEventListener('scroll', onScroll, { passive: true })
    // It tells after a layout in which a row or the window has changed: nothing is laid out in order to be measured.
    const observer = new ResizeObserver(() => {
      onLaidOut()
      onLook()
    })
    observer.observe(element)
    if (body !== undefined && body.current !== null) observer.observe(body.current)
    return () => {
      element.removeEventListener('scroll', onScroll)
      observer.disconnect()
    }
  }, [isLong, scroller, body])
}
