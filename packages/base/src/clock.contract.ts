import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'

/** What every clock does. `advance` lets at least that much time pass, by waiting or by moving it. */
export function clockContract(
  name: string,
  make: () => { clock: Clock; advance: (ms: number) => Promise<void> },
): void {
  test(`${name}: the wall clock is whole milliseconds and the monotonic one never goes back`, async () => {
    const { clock, advance } = make()
    const before = clock.monotonicMs()
    expect(Number.isInteger(clock.now())).toBe(true)
    await advance(3)
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(before + 2)
  })

  test(`${name}: timers fire once, in the order of their times`, async () => {
    const { clock, advance } = make()
    const fired: string[] = []
    clock.after(20, () => fired.push('late'))
    clock.after(0, () => fired.push('at once'))
    clock.after(-5, () => fired.push('overdue'))
    const cancelled = clock.after(5, () => fired.push('cancelled'))
    cancelled.cancel()
    await advance(60)
    expect(fired).toEqual(['at once', 'overdue', 'late'])
    cancelled.cancel()
  })

  test(`${name}: a sleep ends when its signal is aborted, with the reason`, async () => {
    const { clock, advance } = make()
    const abort = new AbortController()
    const reason = new Error('no more')
    const slept = expect(clock.sleep(60_000, abort.signal)).rejects.toBe(reason)
    abort.abort(reason)
    await slept
    await expect(clock.sleep(60_000, abort.signal)).rejects.toBe(reason)
    const short = clock.sleep(1, new AbortController().signal)
    await advance(5)
    await short
  })
}
