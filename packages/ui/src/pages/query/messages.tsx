import type { ReactNode } from 'react'
import { ApiError } from '../../data/api.ts'
import { faultOf, lineAt } from '../../data/query-error.ts'
import { Icon } from '../../kit/icon.tsx'
import { ErrorBox } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'

/** What the server wants to be known about an answer that it gave. */
export function Messages(props: {
  warnings: readonly string[]
  infos: readonly string[]
}): ReactNode {
  const t = useText()
  return (
    <>
      <MessageList title={t('query.warnings')} tone="warn" lines={props.warnings} />
      <MessageList title={t('query.infos')} tone="info" lines={props.infos} />
    </>
  )
}

function MessageList(props: {
  title: string
  tone: 'warn' | 'info'
  lines: readonly string[]
}): ReactNode {
  if (props.lines.length === 0) return null
  return (
    <div className={`note is-${props.tone}`} aria-live="polite">
      <Icon name={props.tone === 'warn' ? 'warning' : 'info'} />
      <div>
        <strong>{props.title}</strong>
        <ul>
          {props.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
    </div>
  )
}

/** Why a query failed, with the place in the expression when the server names it. */
export function QueryFault(props: { error: unknown; expr: string }): ReactNode {
  const t = useText()
  const { error, expr } = props
  if (!(error instanceof ApiError) || error.kind === 'network' || error.kind === 'http')
    return <ErrorBox error={error} />
  const { message, start } = faultOf(error.message, expr)
  const place = start === undefined ? undefined : lineAt(expr, start)
  return (
    <div className="note is-crit" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{t('query.errorTitle')}</strong>
        <p>{message}</p>
        {place !== undefined && (
          <pre aria-hidden="true">
            {place.text}
            {'\n'}
            <b>{`${' '.repeat(place.column)}^`}</b>
          </pre>
        )}
      </div>
    </div>
  )
}
