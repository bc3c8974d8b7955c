// A long list of cards: the first of it are drawn, and more as its end comes near the window.
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useText } from '../services.tsx'
import { Button } from './button.tsx'

/** A few windows full. */
const ROWS = 40
/** How near the end comes before there is more. */
const NEAR = '800px'

export function GrowingList<T>(props: {
  items: readonly T[]
  /** How many rows a card has, about. */
  rowsOf: (item: T) => number
  /** What the list is of, such as its filter: another one begins again. */
  of: string
  children: (item: T) => ReactNode
}): ReactNode {
  const { items, of, children } = props
  const t = useText()
  const [grown, setGrown] = useState({ of, rows: ROWS })
  const rows = grown.of === of ? grown.rows : ROWS
  const end = useRef<HTMLButtonElement>(null)
  const shown = countWithin(items, props.rowsOf, rows)
  const rest = items.length - shown
  useEffect(() => {
    if (end.current === null) return undefined
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting))
          setGrown({ of, rows: rows + ROWS })
      },
      { root: document.getElementById('main'), rootMargin: NEAR },
    )
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [of, rows, rest])
  return (
    <>
      {items.slice(0, shown).map(children)}
      {rest > 0 && (
        <Button ref={end} onClick={() => setGrown({ of, rows: rows + ROWS })}>
          {t('alerts.more', { count: rest })}
        </Button>
      )}
    </>
  )
}

/** So many items that they have `rows` rows; one at least. */
function countWithin<T>(items: readonly T[], rowsOf: (item: T) => number, rows: number): number {
  let sum = 0
  let count = 0
  while (count < items.length && sum < rows) sum += rowsOf(items[count++]!)
  return count
}
