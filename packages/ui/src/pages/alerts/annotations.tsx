import type { ReactNode } from 'react'
import type { LabelSet } from '../../data/api-types.ts'

/** Annotations as text, never as markup; an address alone becomes a link. */
export function Annotations(props: { annotations: LabelSet }): ReactNode {
  const entries = Object.entries(props.annotations ?? {})
  if (entries.length === 0) return null
  // What a person reads first comes first.
  entries.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return (
    <dl className="annotations">
      {entries.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {/^https?:\/\/\S+$/.test(text) ? (
              <a href={text} target="_blank" rel="noopener noreferrer">
                {text}
              </a>
            ) : (
              text
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function rank(name: string): number {
  return name === 'summary' ? 0 : name === 'description' ? 1 : 2
}
