import type { Clock } from './clock.ts'
import type { Disk } from './disk.ts'
import type { Logger } from './log.ts'
import type { Net } from './net.ts'
import type { Random } from './random.ts'

/** The outside world, handed down from `server` (real) or from a test (simulated). Take only what you use. */
export interface World {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly random: Random
  readonly log: Logger
}
