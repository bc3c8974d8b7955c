// Something that is done again and again beside the program.

/**
 * Runs `work` every `intervalMs`, one run after the other; the timer does not keep a process alive.
 * @param onError  told of every run that fails
 * @returns stops; a run under way still ends
 */
export function repeated(
  work: () => Promise<void>,
  intervalMs: number,
  onError: (error: unknown) => void,
): { stop(): void } {
  let isBusy = false
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    work()
      .catch(onError)
      .finally(() => (isBusy = false))
  }, intervalMs)
  // A number in a browser.
  if (typeof timer === 'object') timer.unref()
  return { stop: () => clearInterval(timer) }
}
