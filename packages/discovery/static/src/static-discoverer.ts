import type { Discoverer, TargetGroup } from '@pharos/model'

/** Hands over `groups` once and then waits for the end: what stands in the configuration does not change. */
export function createStaticDiscoverer(groups: readonly TargetGroup[]): Discoverer {
  return {
    run(found, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
        if (groups.length > 0) found(groups)
      })
    },
  }
}
