import { getHeapSpaceStatistics, type HeapSpaceInfo } from 'node:v8'
import type { Registry } from '../registry.ts'
import type { Describe } from './description.ts'

/** V8's heap as a whole and by space, memory outside of it, and which Node this is. */
export function collectHeap(registry: Registry, describe: Describe): void {
  registry.gauge({
    ...describe('nodejs_heap_size_total_bytes', 'Size of the JavaScript heap, bytes.'),
    collect: (gauge) => gauge.set(process.memoryUsage().heapTotal),
  })
  registry.gauge({
    ...describe('nodejs_heap_size_used_bytes', 'Used part of the JavaScript heap, bytes.'),
    collect: (gauge) => gauge.set(process.memoryUsage().heapUsed),
  })
  registry.gauge({
    ...describe('nodejs_external_memory_bytes', 'Memory of objects outside the heap, bytes.'),
    collect: (gauge) => gauge.set(process.memoryUsage().external),
  })
  spaces(registry, describe)
  version(registry, describe)
}

function spaces(registry: Registry, describe: Describe): void {
  const bySpace = (word: string, read: (space: HeapSpaceInfo) => number): void => {
    registry.gauge({
      ...describe(`nodejs_heap_space_size_${word}_bytes`, `Heap spaces, ${word} bytes.`),
      labelNames: ['space'],
      collect: (gauge) => {
        for (const space of getHeapSpaceStatistics()) {
          gauge.set({ space: space.space_name.replace(/_space$/, '') }, read(space))
        }
      },
    })
  }
  bySpace('total', (space) => space.space_size)
  bySpace('used', (space) => space.space_used_size)
  bySpace('available', (space) => space.space_available_size)
}

function version(registry: Registry, describe: Describe): void {
  const info = registry.gauge({
    ...describe('nodejs_version_info', 'Version of Node.'),
    labelNames: ['version', 'major', 'minor', 'patch'],
  })
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.')
  info.set({ version: process.version, major, minor, patch }, 1)
}
