import type { Labels } from '@pharos/model'

/** An alert of a rule, from pending to resolved. */
export interface ActiveAlert {
  readonly labels: Labels
  annotations: Labels
  state: 'pending' | 'firing' | 'inactive'
  value: number
  /** ms since 1970 each; undefined: not yet. */
  activeAtMs: number
  firedAtMs: number | undefined
  resolvedAtMs: number | undefined
  keepFiringSinceMs: number | undefined
  lastSentMs: number | undefined
  /** When a receiver may take it for resolved if it hears nothing more. */
  validUntilMs: number
}
