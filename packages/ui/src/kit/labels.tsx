import type { ReactNode } from 'react'
import type { LabelSet } from '../data/api-types.ts'
import { nameAndPairs, quotedName } from '../data/frame.ts'

/** A set of labels as small chips in the order of their names. */
export function LabelChips(props: { labels: LabelSet; except?: readonly string[] }): ReactNode {
  const entries = Object.entries(props.labels).filter(([name]) => !props.except?.includes(name))
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return (
    <span className="labels">
      {entries.map(([name, value]) => (
        <span key={name} className="label">
          <i>{`${name}=`}</i>
          {value}
        </span>
      ))}
    </span>
  )
}

/** A series as PromQL writes it, its parts told apart by colour. */
export function SeriesName(props: { labels: LabelSet }): ReactNode {
  const { metric, quoted, pairs } = nameAndPairs(props.labels)
  const hasBraces = pairs.length > 0 || metric === ''
  return (
    <code className="series-name">
      <b>{metric}</b>
      {hasBraces && '{'}
      <b>{quoted}</b>
      {pairs.map(([name, value], index) => (
        <span key={name}>
          {(index > 0 || quoted !== '') && ', '}
          <i>{quotedName(name)}</i>=<em>{JSON.stringify(value)}</em>
        </span>
      ))}
      {hasBraces && '}'}
    </code>
  )
}

export function Pill(props: { tone?: 'ok' | 'warn' | 'crit'; children: ReactNode }): ReactNode {
  return (
    <span className={props.tone === undefined ? 'pill' : `pill is-${props.tone}`}>
      {props.children}
    </span>
  )
}
