// A worker of the tests: counts when it is told to, and reports.
import { parentPort } from 'node:worker_threads'
import { Registry } from './registry.ts'
import { reportToPrimary } from './workers.ts'

const registry = new Registry()
const counter = registry.counter({ name: 'done_total', help: 'h', labelNames: ['kind'] })
const gauge = registry.gauge({ name: 'busy', help: 'h', aggregator: 'max' })
const histogram = registry.histogram({
  name: 'seconds',
  help: 'h',
  buckets: [1],
  nativeHistogramBucketFactor: 1.1,
})
const summary = registry.summary({ name: 'size', help: 'h', objectives: { 0.5: 0.05 } })
const reporting = reportToPrimary(registry, 3_600_000)

async function onMessage(message: unknown): Promise<void> {
  const { count } = message as { count?: number }
  if (count === undefined) return
  for (let i = 0; i < count; i++) counter.inc({ kind: 'x' })
  gauge.set(count)
  histogram.observe(count / 1e5)
  summary.observe(count)
  await reporting.report()
  parentPort!.postMessage('counted')
}

parentPort!.on('message', (message) => void onMessage(message))
