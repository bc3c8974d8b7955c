// How much memory the process may take.
import { totalmem } from 'node:os'
import type { MemoryBudget } from '@pharos/tsdb'
import type { FlagReader } from './flag-reader.ts'

/** The container's limit where there is one; Node answers 0 or an absurd number where there is none. */
export function machineMemoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** The store's share of that by --auto-memory-limit.ratio; undefined when it has no limit. */
export function memoryBudget(flags: FlagReader): MemoryBudget | undefined {
  const isOn = flags.bool('auto-memory-limit') && flags.bool('auto-gomemlimit')
  const isOwn = flags.isGiven('auto-memory-limit.ratio')
  const ratio = flags.number(isOwn ? 'auto-memory-limit.ratio' : 'auto-gomemlimit.ratio')
  if (!isOn || !(ratio > 0)) return undefined
  return {
    limitBytes: Math.floor(machineMemoryBytes() * Math.min(1, ratio)),
    usedBytes: () => process.memoryUsage.rss(),
  }
}
