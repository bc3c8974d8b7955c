import type { CSSProperties, ReactNode } from 'react'
import type { ReducedValue } from './reduced-values.ts'
import { useFieldLinks } from './link-context.tsx'

/** A tile that leads somewhere when its field has a link. */
export function TileLink(props: {
  value: ReducedValue
  className: string
  style: CSSProperties
  children: ReactNode
}): ReactNode {
  const { value, className, style, children } = props
  const linksOf = useFieldLinks()
  const [link] = linksOf(value.field, value.frame, value.row)
  if (link === undefined)
    return (
      <div className={className} style={style}>
        {children}
      </div>
    )
  return (
    <a
      className={className}
      style={style}
      href={link.href}
      title={link.title}
      {...(link.isBlank ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
    >
      {children}
    </a>
  )
}
