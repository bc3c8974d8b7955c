import { silentLogger, type Logger } from '../log.ts'
import type { World } from '../world.ts'
import { SimClock } from './sim-clock.ts'
import { SimDisk } from './sim-disk.ts'
import { SimNet } from './sim-net.ts'
import { SimRandom } from './sim-random.ts'

export interface SimWorldOptions {
  readonly seed?: number
  readonly startMs?: number
  readonly capacityBytes?: number
  /** The disk that an earlier world's crash left. */
  readonly disk?: SimDisk
  readonly log?: Logger
}

/** A World whose parts can be steered. */
export interface SimWorld extends World {
  readonly clock: SimClock
  readonly disk: SimDisk
  readonly net: SimNet
  readonly random: SimRandom
}

/** Everything simulated, repeatable by its seed. */
export function simWorld(options: SimWorldOptions = {}): SimWorld {
  const seed = options.seed ?? 0
  const clock = new SimClock(options.startMs)
  const capacity =
    options.capacityBytes === undefined ? {} : { capacityBytes: options.capacityBytes }
  return {
    clock,
    disk: options.disk ?? new SimDisk({ clock, ...capacity }),
    net: new SimNet(clock, seed),
    random: new SimRandom(seed),
    log: options.log ?? silentLogger,
  }
}
