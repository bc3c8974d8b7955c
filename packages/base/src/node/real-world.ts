import type { World } from '../world.ts'
import { createLogger, type LoggerOptions } from './logger.ts'
import { realClock } from './real-clock.ts'
import { createRealDisk } from './real-disk.ts'
import { createRealNet } from './real-net.ts'
import { createRealRandom } from './real-random.ts'

export type RealWorldOptions = Omit<LoggerOptions, 'clock'>

/** The machine as it is: clock, files, sockets, randomness, and a logger on standard error. */
export function realWorld(options: RealWorldOptions = {}): World {
  return {
    clock: realClock,
    disk: createRealDisk(),
    net: createRealNet(),
    random: createRealRandom(),
    log: createLogger({ ...options, clock: realClock }),
  }
}
