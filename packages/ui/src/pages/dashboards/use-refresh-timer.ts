import { useEffect } from 'react'
import { after, isPageVisible, nowMs, onVisibility } from '../../data/browser.ts'

/** One timer for a whole dashboard, on multiples of its period; it rests while nobody looks. */
export function useRefreshTimer(everyMs: number | undefined, tick: () => void): void {
  useEffect(() => {
    if (everyMs === undefined || everyMs < 1000) return undefined
    let lastMs = nowMs()
    let stop: () => void
    const arm = () => {
      stop = after(everyMs - (nowMs() % everyMs), () => {
        if (isPageVisible()) run()
        arm()
      })
    }
    const run = () => {
      lastMs = nowMs()
      tick()
    }
    arm()
    const unwatch = onVisibility(() => {
      if (isPageVisible() && nowMs() - lastMs >= everyMs) run()
    })
    return () => {
      stop()
      unwatch()
    }
  }, [everyMs, tick])
}
