import type { Registry } from '../registry.ts'
import type { Describe } from './description.ts'

/** Not in Node's types, and deprecated, but dashboards show what they give. */
interface Undocumented {
  _getActiveHandles?(): readonly object[]
  _getActiveRequests?(): readonly object[]
}

/** What keeps the event loop alive: resources, and the older handles and requests. */
export function collectResources(registry: Registry, describe: Describe): void {
  const node = process as NodeJS.Process & Undocumented
  byType(registry, describe, 'resources', () => process.getActiveResourcesInfo())
  if (node._getActiveHandles !== undefined) {
    byType(registry, describe, 'handles', () => (node._getActiveHandles?.() ?? []).map(typeName))
  }
  if (node._getActiveRequests !== undefined) {
    byType(registry, describe, 'requests', () => (node._getActiveRequests?.() ?? []).map(typeName))
  }
}

function byType(
  registry: Registry,
  describe: Describe,
  what: string,
  list: () => readonly string[],
): void {
  registry.gauge({
    ...describe(`nodejs_active_${what}`, `Active libuv ${what} by type.`),
    labelNames: ['type'],
    collect: (gauge) => {
      // A type that is gone must not stay with its last number.
      gauge.reset()
      for (const type of list()) gauge.inc({ type })
    },
  })
  registry.gauge({
    ...describe(`nodejs_active_${what}_total`, `Active libuv ${what}.`),
    collect: (gauge) => gauge.set(list().length),
  })
}

function typeName(thing: object): string {
  return thing.constructor?.name ?? 'Object'
}
