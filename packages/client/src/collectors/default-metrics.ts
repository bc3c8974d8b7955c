import type { Registry } from '../registry.ts'
import { collectEventLoop } from './event-loop.ts'
import { collectGarbage } from './garbage.ts'
import { collectHeap } from './heap.ts'
import { collectProcess } from './process.ts'
import { collectResources } from './resources.ts'

export interface DefaultMetricsOptions {
  /** Put before each name. Default none. */
  readonly prefix?: string
  /** The same on every series. */
  readonly constLabels?: Readonly<Record<string, string>>
  /** How finely the event loop's lag is measured, ms. Default 10. */
  readonly eventLoopResolutionMs?: number
  /** How often the event loop's utilization is sampled, ms. Default 100. */
  readonly utilizationIntervalMs?: number
  /** Upper bounds for pauses of the garbage collector, seconds. Default 1 ms to 5 s. */
  readonly gcDurationBuckets?: readonly number[]
}

/** Name, help and labels of a metric, with the prefix and labels that were asked for. */
export type Describe = (
  name: string,
  help: string,
) => { name: string; help: string; constLabels: Readonly<Record<string, string>> }

/**
 * Registers what a Node process tells about itself: `process_*` as every Prometheus client has it and
 * `nodejs_*` under the names that Node dashboards know. Nothing keeps the process alive.
 * @returns stops timers and observers; the metrics stay registered
 */
export function collectDefaultMetrics(
  registry: Registry,
  options: DefaultMetricsOptions = {},
): { stop(): void } {
  const describe: Describe = (name, help) => ({
    name: (options.prefix ?? '') + name,
    help,
    constLabels: options.constLabels ?? {},
  })
  collectProcess(registry, describe)
  collectHeap(registry, describe)
  collectResources(registry, describe)
  const stops = [
    collectEventLoop(registry, describe, options),
    collectGarbage(registry, describe, options),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
    },
  }
}
