import type { Registry } from '../registry.ts'
import type { Aggregation } from '../snapshot.ts'
import type { DefaultMetricsOptions, Describe } from './description.ts'
import { collectEventLoop } from './event-loop.ts'
import { collectGarbage } from './garbage.ts'
import { collectHeap } from './heap.ts'
import { collectProcess } from './process.ts'
import { collectResources } from './resources.ts'

/** How the numbers of several workers become one, where that is not their sum. */
const AGGREGATORS: readonly (readonly [name: RegExp, aggregator: Aggregation])[] = [
  [/^nodejs_eventloop_lag_min_seconds$/, 'min'],
  [/^nodejs_eventloop_lag_max_seconds$/, 'max'],
  [/^nodejs_eventloop_lag_\w*seconds$/, 'average'],
  [/^process_start_time_seconds$/, 'omit'],
  [/^process_max_fds$/, 'first'],
  [/^nodejs_version_info$/, 'first'],
]

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
    aggregator: AGGREGATORS.find(([pattern]) => pattern.test(name))?.[1] ?? 'sum',
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
