// The machine that the program runs on.
import { createRealDisk, realClock } from '@pharos/base/node'
import { Machine } from './machine.ts'

/** Keep it: `cpuPercent()` without an interval remembers its last call. */
export function localMachine(): Machine {
  return new Machine({ disk: createRealDisk(), clock: realClock })
}
