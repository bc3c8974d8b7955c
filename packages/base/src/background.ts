import { messageOf } from './errors.ts'
import type { Logger } from './log.ts'

/**
 * Takes a promise that nobody awaits: its failure is logged under `name` instead of being lost.
 * Loops that must not die catch inside and never reject.
 */
export function background(name: string, work: Promise<unknown>, log: Logger): void {
  work.catch((error: unknown) => {
    log.error('background work failed', { work: name, err: messageOf(error) })
  })
}
