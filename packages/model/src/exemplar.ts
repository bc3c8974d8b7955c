import type { Labels } from './labels.ts'

/** An example observation, usually with a trace id. */
export interface Exemplar {
  readonly labels: Labels
  readonly value: number
  /** ms since 1970; missing when the exposition gave none. */
  readonly timestampMs: number | undefined
}
