import type { Labels } from './labels.ts'

/** An alert as rules hand it on and as `POST /api/v2/alerts` takes it. */
export interface Alert {
  /** With `alertname`. */
  readonly labels: Labels
  readonly annotations: Labels
  /** ms since 1970. */
  readonly startsAtMs: number
  /** ms since 1970; an alert whose end is in the past is resolved. */
  readonly endsAtMs: number
  readonly generatorUrl: string
}

/** Takes firing and resolved alerts; an alert manager, ours in process or any other over HTTP. */
export interface Notifier {
  /** Resolves when the alerts were accepted. @throws OutsideError when none of the receivers took them. */
  send(alerts: readonly Alert[]): Promise<void>
}
