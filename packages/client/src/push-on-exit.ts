import type { Pusher } from './pusher.ts'

type Signal = 'SIGINT' | 'SIGTERM'

export interface PushOnExitOptions {
  /** Told when the last push fails; the process ends all the same. */
  readonly onError: (error: unknown) => void
  /** Which signals are a reason to push too. Default SIGTERM and SIGINT. */
  readonly signals?: readonly Signal[]
}

/**
 * Pushes once more when the process has nothing left to do, or is told to end. How long that may take is the
 * pusher's time limit. After a signal the process ends by that signal, as it would have.
 * @returns takes it back
 */
export function pushOnExit(pusher: Pusher, options: PushOnExitOptions): { stop(): void } {
  const signals = options.signals ?? ['SIGTERM', 'SIGINT']
  let isPushed = false
  const push = async (): Promise<void> => {
    if (isPushed) return
    isPushed = true
    try {
      await pusher.push()
    } catch (error) {
      options.onError(error)
    }
  }
  const onExit = (): void => void push()
  const onSignal = (signal: Signal): void => {
    void push().finally(() => {
      stop()
      process.kill(process.pid, signal)
    })
  }
  process.on('beforeExit', onExit)
  for (const signal of signals) process.on(signal, onSignal)
  const stop = (): void => {
    process.off('beforeExit', onExit)
    for (const signal of signals) process.off(signal, onSignal)
  }
  return { stop }
}
