// Time as a parameter. `now` is the wall clock and may jump; `monotonicMs` never goes back and is what
// durations, timeouts and cadences are measured with.

export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Wall clock, integer ms since 1970. */
  now(): number
  /** Monotonic clock, fractional ms from an arbitrary zero. */
  monotonicMs(): number
  /** Calls `fire` once after `delayMs` (≥ 0) of monotonic time. Keeps the process alive. */
  after(delayMs: number, fire: () => void): Timer
  /** Resolves after `delayMs`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}
