import { type ReactNode, type RefObject, useLayoutEffect, useState } from 'react'
import { type PageRowsProps, RowsOf } from './rows-of.tsx'
import { useRows } from './use-rows.ts'

/** The rows of a table that scrolls with the whole page; only those in view exist. */
export function WindowedRows(props: PageRowsProps): ReactNode {
  const { body, count, rowPx, keyOf } = props
  const topPx = useTopPx(body)
  const shown = useRows({ count, rowPx, keyOf, scroller, topPx, overscan: 12 })
  return <RowsOf shown={shown}>{props.children}</RowsOf>
}

function useTopPx(body: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const main = scroller()
    if (body.current !== null && main !== null)
      // Where the table stands is known only once it is laid out.
      // oxlint-disable-next-line react-hooks/set-state-in-effect
      setTop(
        body.current.getBoundingClientRect().top -
          main.getBoundingClientRect().top +
          main.scrollTop,
      )
  }, [body])
  return top
}

function scroller(): HTMLElement | null {
  return document.getElementById('main')
}
