// Requests that run, and what a signal ends. Arrays, and one listener a signal: sets that grow and shrink with each request
// leave tables behind that point at each other and keep dead requests alive until V8 marks the whole heap (a quarter of
// what scraping throws away), and listening anew costs as much as the rest of a request's books.
import { canceledError } from './client-errors.ts'

export interface Cancellable {
  cancel(error: Error): void
}

export class Cancellations {
  readonly #running: Cancellable[] = []
  readonly #bySignal = new WeakMap<AbortSignal, Cancellable[]>()

  /** @param signal  cancels it; at once when it was given before */
  add(one: Cancellable, signal: AbortSignal | undefined): void {
    this.#running.push(one)
    if (signal === undefined) return
    this.#endedBy(signal).push(one)
    if (signal.aborted) one.cancel(canceledError(signal.reason))
  }

  /** It has ended, whichever way. */
  delete(one: Cancellable, signal: AbortSignal | undefined): void {
    drop(this.#running, one)
    if (signal !== undefined) drop(this.#endedBy(signal), one)
  }

  cancelAll(error: Error): void {
    for (const one of this.#running) one.cancel(error)
  }

  #endedBy(signal: AbortSignal): Cancellable[] {
    let waiting = this.#bySignal.get(signal)
    if (waiting === undefined) {
      const added: Cancellable[] = (waiting = [])
      this.#bySignal.set(signal, waiting)
      const onAbort = (): void => {
        for (const one of added) one.cancel(canceledError(signal.reason))
      }
      signal.addEventListener('abort', onAbort, { once: true })
    }
    return waiting
  }
}

/** Order does not matter, and holes would be kept. */
function drop<T>(from: T[], one: T): void {
  const at = from.indexOf(one)
  if (at < 0) return
  const last = from.pop()!
  if (last !== one) from[at] = last
}
