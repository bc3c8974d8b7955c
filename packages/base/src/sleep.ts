import type { Clock } from './clock.ts'

/** What `Clock.sleep` is on every clock: a timer that an abort takes back, with the signal's reason. */
export function sleepOn(
  after: Clock['after'],
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    const onAbort = (): void => {
      timer.cancel()
      reject(signal!.reason as Error)
    }
    const timer = after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
