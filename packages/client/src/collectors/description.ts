// What the default collectors are told: names, labels, how finely they measure.
import type { Aggregation } from '../snapshot.ts'

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
) => {
  name: string
  help: string
  constLabels: Readonly<Record<string, string>>
  aggregator: Aggregation
}
