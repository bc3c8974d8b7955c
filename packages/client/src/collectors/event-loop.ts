import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Registry } from '../registry.ts'
import type { DefaultMetricsOptions, Describe } from './description.ts'

const UTILIZATION_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.99, 1]
const UTILIZATION_OBJECTIVES = {
  0.01: 0.001,
  0.05: 0.005,
  0.5: 0.05,
  0.9: 0.01,
  0.95: 0.005,
  0.99: 0.001,
  0.999: 0.0001,
}

/** Lags contain the interval of the timers that measure them; dashboards and alerts know them with this one. */
const STANDARD_RESOLUTION_MS = 10

type Delays = ReturnType<typeof monitorEventLoopDelay>

/** How late timers fire and how busy the loop is. Lags are of the time since the last scrape. */
export function collectEventLoop(
  registry: Registry,
  describe: Describe,
  options: DefaultMetricsOptions,
): () => void {
  const { eventLoopResolutionMs = STANDARD_RESOLUTION_MS, utilizationIntervalMs = 100 } = options
  const stopLag = lag(registry, describe, eventLoopResolutionMs)
  if (utilizationIntervalMs === 0) return stopLag
  const stopUtilization = utilization(registry, describe, utilizationIntervalMs)
  return () => {
    stopLag()
    stopUtilization()
  }
}

function lag(registry: Registry, describe: Describe, resolutionMs: number): () => void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  registry.gauge({
    ...describe('nodejs_eventloop_lag_seconds', 'Lag of the event loop right now, seconds.'),
    collect: async (gauge) => {
      const start = performance.now()
      await new Promise((resolve) => setImmediate(resolve))
      gauge.set((performance.now() - start) / 1000)
    },
  })
  const extraNs = (resolutionMs - STANDARD_RESOLUTION_MS) * 1e6
  const statistics: readonly (readonly [string, (from: Delays) => number])[] = [
    ['min', (from) => from.min - extraNs],
    ['max', (from) => from.max - extraNs],
    ['mean', (from) => from.mean - extraNs],
    ['stddev', (from) => from.stddev],
    ['p50', (from) => from.percentile(50) - extraNs],
    ['p90', (from) => from.percentile(90) - extraNs],
    ['p99', (from) => from.percentile(99) - extraNs],
  ]
  // All gauges of one scrape are collected in one turn: the monitor is read once for them and starts again.
  let readings: readonly number[] | undefined
  const read = (): readonly number[] => {
    if (readings === undefined) {
      readings = statistics.map(([, of]) =>
        delays.count === 0 ? 0 : Math.max(0, of(delays)) / 1e9,
      )
      delays.reset()
      queueMicrotask(() => (readings = undefined))
    }
    return readings
  }
  statistics.forEach(([word], i) => {
    registry.gauge({
      ...describe(
        `nodejs_eventloop_lag_${word}_seconds`,
        `Lag of the event loop since the last scrape, ${word}, seconds.`,
      ),
      collect: (gauge) => gauge.set(read()[i]!),
    })
  })
  return () => delays.disable()
}

function utilization(registry: Registry, describe: Describe, intervalMs: number): () => void {
  const help = 'Share of the time that the event loop is busy.'
  const histogram = registry.histogram({
    ...describe('nodejs_eventloop_utilization_histogram', help),
    buckets: UTILIZATION_BUCKETS,
  })
  const summary = registry.summary({
    ...describe('nodejs_eventloop_utilization_summary', help),
    objectives: UTILIZATION_OBJECTIVES,
    maxAgeSeconds: 60,
  })
  let before = performance.eventLoopUtilization()
  const timer = setInterval(() => {
    const after = performance.eventLoopUtilization()
    const value = performance.eventLoopUtilization(after, before).utilization
    before = after
    histogram.observe(value)
    summary.observe(value)
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
