// What the default collectors are told: names, labels, how finely they measure.
import type { Aggregation } from '../snapshot.ts'

export interface DefaultMetricsOptions {
  /** Put before each name. Default none. */
  readonly prefix?: string
  /** The same on every series. */
  readonly constLabels?: Readonly<Record<string, string>>
  /** The event loop's lag is looked at this often, ms, and shown as if every 10 ms, which it always contains. Default 10. */
  readonly eventLoopResolutionMs?: number
  /** How often the event loop's utilization is sampled, ms; 0: there are no such metrics. Default 100. */
  readonly utilizationIntervalMs?: number
  /** Upper bounds for pauses of the garbage collector, seconds. Default 1 ms to 5 s. */
  readonly gcDurationBuckets?: readonly number[]
}

/** Name, help and labels of a metric, with the prefix and labels that were asked for. */
export type Describe = (
  name: string,
  help: string,
) => {
  name: string
  help: string
  constLabels: Readonly<Record<string, string>>
  aggregator: Aggregation
}
