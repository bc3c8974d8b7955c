// The door of those who want `process_*` alone: no timers, no observers, and nothing of Node but its files.
import { collectProcess } from './collectors/process.ts'
import type { Registry } from './registry.ts'

/** Registers CPU, memory, file descriptors and start of this process. */
export function collectProcessMetrics(registry: Registry): void {
  collectProcess(registry, (name, help) => ({ name, help, constLabels: {}, aggregator: 'sum' }))
}
