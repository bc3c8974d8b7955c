import { Component, type ReactNode } from 'react'
import { useText } from '../services.tsx'
import { Button } from './button.tsx'
import { ErrorBox } from './states.tsx'

interface State {
  readonly error: unknown
}

/** A fault in one page, or in one panel, stays there: the rest lives on and says what happened. */
export class CrashGuard extends Component<{ children: ReactNode; isSmall?: boolean }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children
    return <Crashed error={this.state.error} isSmall={this.props.isSmall ?? false} />
  }
}

function Crashed(props: { error: unknown; isSmall: boolean }): ReactNode {
  const t = useText()
  if (props.isSmall)
    return (
      <p className="panel-error" role="alert">
        {t('panel.crashed')}{' '}
        {props.error instanceof Error ? props.error.message : String(props.error)}
      </p>
    )
  return (
    <div className="page">
      <ErrorBox error={props.error} title={t('app.crashed')} />
      <Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>
    </div>
  )
}
