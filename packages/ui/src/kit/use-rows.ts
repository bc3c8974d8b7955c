import { useVirtualizer } from '@tanstack/react-virtual'

export interface RowWindow {
  /** The rows to draw, by their place in the list. */
  readonly rows: readonly number[]
  /** Empty space that stands for the rows before and after them, px. */
  readonly abovePx: number
  readonly belowPx: number
  /** The `ref` of each drawn row, which also carries `data-index`. */
  readonly measure: (row: HTMLTableRowElement | null) => void
}

interface RowWindowOptions {
  readonly count: number
  readonly rowPx: number
  readonly scroller: () => HTMLElement | null
  /** From the top of the scrolling content to the first row, px. */
  readonly topPx?: number
  readonly keyOf?: (index: number) => string
  readonly overscan?: number
}

/** Only the rows in view are drawn, so that ten thousand scroll like ten. Rows may differ in height. */
export function useRows(options: RowWindowOptions): RowWindow {
  const { count, rowPx, scroller, topPx = 0, keyOf, overscan = 10 } = options
  // The virtualizer changes in place; nothing here is memoised on it.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer<HTMLElement, HTMLTableRowElement>({
    count,
    estimateSize: () => rowPx,
    getScrollElement: scroller,
    scrollMargin: topPx,
    overscan,
    initialRect: { width: 1000, height: 800 },
    ...(keyOf === undefined ? {} : { getItemKey: keyOf }),
  })
  const items = virtual.getVirtualItems()
  const first = items[0]?.start ?? topPx
  const last = items.at(-1)?.end ?? topPx
  return {
    rows: items.map(({ index }) => index),
    abovePx: first - topPx,
    belowPx: Math.max(0, virtual.getTotalSize() - (last - topPx)),
    measure: virtual.measureElement,
  }
}
