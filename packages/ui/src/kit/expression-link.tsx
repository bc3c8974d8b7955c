import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { NEW_PANEL, writeQueryLink } from '../data/query-link.ts'

/** An expression as code; a click graphs it. */
export function ExpressionLink(props: { expr: string }): ReactNode {
  const link = writeQueryLink([{ ...NEW_PANEL, expr: props.expr, tab: 'graph' }])
  return (
    <Link href={`/query?${link}`} className="expression-link">
      <code>{props.expr}</code>
    </Link>
  )
}
