import type { ReactNode } from 'react'
import type { ShownLink } from './link-context.tsx'

/** Where a value leads, one link after the other. */
export function ShownLinks({ links }: { readonly links: readonly ShownLink[] }): ReactNode {
  return links.map(({ href, title, isBlank }) => (
    <a
      key={`${href} ${title}`}
      href={href}
      {...(isBlank ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
    >
      {title}
    </a>
  ))
}
