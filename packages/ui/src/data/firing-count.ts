// Its own file: the shell shows the count on every page, and needs nothing else of the alerts page.
import type { ActiveAlert } from './api-types.ts'

export function firingCount(alerts: readonly ActiveAlert[]): number {
  let count = 0
  for (const { state } of alerts) if (state === 'firing') count++
  return count
}
