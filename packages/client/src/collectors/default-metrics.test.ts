import { expect, test } from 'vitest'
import { Registry } from '../registry.ts'
import { collectDefaultMetrics } from './default-metrics.ts'

test('a process tells about itself under the names that dashboards know', async () => {
  const registry = new Registry()
  const running = collectDefaultMetrics(registry)
  expect(registry.all().map((one) => `${one.name} ${one.type}`)).toEqual([
    'nodejs_active_handles gauge',
    'nodejs_active_handles_total gauge',
    'nodejs_active_requests gauge',
    'nodejs_active_requests_total gauge',
    'nodejs_active_resources gauge',
    'nodejs_active_resources_total gauge',
    'nodejs_eventloop_lag_max_seconds gauge',
    'nodejs_eventloop_lag_mean_seconds gauge',
    'nodejs_eventloop_lag_min_seconds gauge',
    'nodejs_eventloop_lag_p50_seconds gauge',
    'nodejs_eventloop_lag_p90_seconds gauge',
    'nodejs_eventloop_lag_p99_seconds gauge',
    'nodejs_eventloop_lag_seconds gauge',
    'nodejs_eventloop_lag_stddev_seconds gauge',
    'nodejs_eventloop_utilization_histogram histogram',
    'nodejs_eventloop_utilization_summary summary',
    'nodejs_external_memory_bytes gauge',
    'nodejs_gc_duration_seconds histogram',
    'nodejs_heap_size_total_bytes gauge',
    'nodejs_heap_size_used_bytes gauge',
    'nodejs_heap_space_size_available_bytes gauge',
    'nodejs_heap_space_size_total_bytes gauge',
    'nodejs_heap_space_size_used_bytes gauge',
    'nodejs_version_info gauge',
    'process_cpu_seconds_total counter',
    'process_cpu_system_seconds_total counter',
    'process_cpu_user_seconds_total counter',
    'process_heap_bytes gauge',
    'process_max_fds gauge',
    'process_open_fds gauge',
    'process_resident_memory_bytes gauge',
    'process_start_time_seconds gauge',
    'process_virtual_memory_bytes gauge',
  ])
  const text = await registry.metrics()
  running.stop()
  const value = (name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e7)
  expect(value('process_virtual_memory_bytes')).toBeGreaterThan(
    value('process_resident_memory_bytes'),
  )
  expect(value('process_open_fds')).toBeGreaterThan(2)
  expect(value('process_max_fds')).toBeGreaterThan(value('process_open_fds'))
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0)
  const started = value('process_start_time_seconds')
  expect(Math.abs(started - performance.timeOrigin / 1000)).toBeLessThan(120)
  expect(value('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6)
  expect(text).toMatch(/^nodejs_heap_space_size_used_bytes\{space="old"\} \d/m)
  expect(text).toMatch(
    /^nodejs_version_info\{major="\d+",minor="\d+",patch="\d+",version="v[\d.]+"\} 1$/m,
  )
  expect(text).toMatch(/^nodejs_gc_duration_seconds_count\{kind="major"\} \d+$/m)
})

test('a prefix and labels are put on everything', async () => {
  const registry = new Registry()
  collectDefaultMetrics(registry, { prefix: 'my_', constLabels: { app: 'x' } }).stop()
  const text = await registry.metrics()
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) my_|my_.*app="x")/)
})

test('the lag of the event loop reads the same however often it is looked at', async () => {
  const leastBy = async (eventLoopResolutionMs: number): Promise<number> => {
    const registry = new Registry()
    const running = collectDefaultMetrics(registry, {
      eventLoopResolutionMs,
      utilizationIntervalMs: 0,
    })
    await new Promise((resolve) => setTimeout(resolve, 10 * eventLoopResolutionMs))
    const text = await registry.metrics()
    running.stop()
    expect(text).not.toContain('utilization')
    return Number(/^nodejs_eventloop_lag_min_seconds (.*)$/m.exec(text)?.[1])
  }
  // Timers of 10 ms and of 40 ms, of which the least late are a few ms late.
  expect(Math.abs((await leastBy(10)) - (await leastBy(40)))).toBeLessThan(0.02)
})
