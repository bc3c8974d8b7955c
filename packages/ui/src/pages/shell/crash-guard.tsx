import { Component, type ReactNode } from 'react'
import { Button } from '../../kit/button.tsx'
import { ErrorBox } from '../../kit/states.tsx'
import { useText } from '../../services.tsx'

interface State {
  readonly error: unknown
}

/** A fault in one page stays in that page: the shell lives on and says what happened. */
export class CrashGuard extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children
    return <Crashed error={this.state.error} />
  }
}

function Crashed(props: { error: unknown }): ReactNode {
  const t = useText()
  return (
    <div className="page">
      <ErrorBox error={props.error} title={t('app.crashed')} />
      <Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>
    </div>
  )
}
