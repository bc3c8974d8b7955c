import type { ReactNode } from 'react'
import { ApiError } from '../data/api.ts'
import { useText, useTimeFormat } from '../services.tsx'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'

/** Grey bars where something will stand, so that nothing jumps when it comes. */
export function Skeleton(props: { rows?: number; heightPx?: number }): ReactNode {
  const t = useText()
  return (
    <output className="skeleton" aria-label={t('app.loading')}>
      {Array.from({ length: props.rows ?? 1 }, (_, index) => (
        <span
          key={index}
          style={props.heightPx === undefined ? undefined : { height: props.heightPx }}
        />
      ))}
    </output>
  )
}

export function EmptyState(props: {
  icon?: IconName
  title: string
  hint?: string
  children?: ReactNode
}): ReactNode {
  return (
    <div className="empty">
      {props.icon !== undefined && <Icon name={props.icon} size={24} />}
      <strong>{props.title}</strong>
      {props.hint !== undefined && <p>{props.hint}</p>}
      {props.children}
    </div>
  )
}

export function ErrorBox(props: {
  error: unknown
  onRetry?: () => void
  title?: string
}): ReactNode {
  const t = useText()
  const isNetwork = props.error instanceof ApiError && props.error.kind === 'network'
  const message = props.error instanceof Error ? props.error.message : String(props.error)
  return (
    <div className="note is-crit" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{props.title ?? t(isNetwork ? 'app.networkTitle' : 'app.errorTitle')}</strong>
        <p>{isNetwork ? t('app.networkHint') : message}</p>
      </div>
      {props.onRetry !== undefined && <Button onClick={props.onRetry}>{t('app.retry')}</Button>}
    </div>
  )
}

/** Above data that are still shown although the last refresh failed. */
export function StaleNote(props: { sinceMs: number; onRetry: () => void }): ReactNode {
  const t = useText()
  const time = useTimeFormat()
  return (
    <div className="note is-warn" aria-live="polite">
      <Icon name="warning" />
      <div>{t('app.stale', { time: time.clock(props.sinceMs) })}</div>
      <Button onClick={props.onRetry}>{t('app.retry')}</Button>
    </div>
  )
}

interface Loaded<T> {
  readonly data: T | undefined
  readonly error: unknown
  readonly dataUpdatedAt: number
  readonly refetch: () => unknown
}

/** The four states of anything that is fetched: loading, failed, stale, there. */
export function Fetched<T>(props: {
  query: Loaded<T>
  loading?: ReactNode
  children: (data: T) => ReactNode
}): ReactNode {
  const { query } = props
  const retry = () => void query.refetch()
  if (query.data === undefined) {
    if (query.error !== null && query.error !== undefined)
      return <ErrorBox error={query.error} onRetry={retry} />
    return props.loading ?? <Skeleton rows={6} />
  }
  return (
    <>
      {query.error !== null && query.error !== undefined && (
        <StaleNote sinceMs={query.dataUpdatedAt} onRetry={retry} />
      )}
      {props.children(query.data)}
    </>
  )
}
