// A target whose series explode, in the simulated network.

import { silentLogger } from '@pharos/base'
import { SimClock, SimDisk, SimNet } from '@pharos/base/sim'
import type { QuarantineSettings, ScrapeSettings } from '@pharos/config'
import { afterEach, expect, test } from 'vitest'
import { Quarantine } from './quarantine.ts'
import { ScrapeManager } from './scrape-manager.ts'
import type { TargetStatus } from './scrape-status.ts'
import { FakeAppender } from './testing/fake-appender.ts'
import { FakeDiscoverer, jobSettings, serveMetrics } from './testing/scrape-fixture.ts'

const running: ScrapeManager[] = []
afterEach(async () => {
  for (const manager of running.splice(0)) await manager.stop()
})

function started(settings: Partial<ScrapeSettings>, addresses: readonly string[]) {
  const clock = new SimClock()
  const net = new SimNet(clock)
  const disk = new SimDisk({ clock })
  const appender = new FakeAppender()
  const manager = new ScrapeManager({ appender, net, clock, disk, log: silentLogger })
  running.push(manager)
  manager.apply([{ settings: jobSettings(settings), discoverers: [new FakeDiscoverer(addresses)] }])
  const status = (address: string): TargetStatus =>
    manager.pools()[0]!.active.find((one) => one.scrapeUrl.includes(address))!
  const group = (address: string) =>
    [...appender.groups.values()].find((one) => one.key.get('instance') === address)!
  return { clock, net, disk, manager, status, group }
}

const series = (count: number, tag = ''): string =>
  Array.from({ length: count }, (_, i) => `a{i="${tag}${i}"} 1\n`).join('')

const quarantine: QuarantineSettings = { maxSeries: 50, maxChurn: 0, cooldownMs: 60_000 }

test('a target that doubles its series each scrape is cut off with its reason, and others are not', async () => {
  const { clock, net, status, group, manager } = started({ quarantine }, ['bomb:80', 'good:80'])
  let requests = 0
  serveMetrics(net, 'bomb:80', () => series(10 * 2 ** requests++))
  serveMetrics(net, 'good:80', () => series(10))
  await clock.advance(45_000)
  expect(requests).toBe(4) // 10, 20, 40, 80: then it is not asked any more.
  expect(group('bomb:80').columnCount).toBe(40 + 5)
  expect(status('bomb')).toMatchObject({
    health: 'down',
    lastError: 'quarantine: 80 series exceed max_series 50',
    quarantine: { reason: 'quarantine: 80 series exceed max_series 50' },
  })
  expect(group('bomb:80').rows.at(-1)!.values).toMatchObject({ up: 0 })
  expect(status('good')).toMatchObject({ health: 'up', quarantine: undefined })
  expect(manager.stats.quarantines).toBe(1)
})

test('after the cooldown there is one try; who has changed is free, who has not waits twice as long', async () => {
  const { clock, net, status } = started({ quarantine }, ['h:80'])
  let size = 80
  let requests = 0
  serveMetrics(net, 'h:80', () => {
    requests++
    return series(size)
  })
  await clock.advance(1_000)
  expect(requests).toBe(1)
  expect(status('h').offendingSeries).toBe('a{i="50"}')
  await clock.advance(75_000)
  expect(requests).toBe(2)
  await clock.advance(100_000)
  expect(requests).toBe(2)
  size = 5
  await clock.advance(40_000)
  expect(status('h')).toMatchObject({ health: 'up', lastError: '', quarantine: undefined })
})

test('churn is counted from the second scrape on, and its budget comes back with time', async () => {
  const churn = { maxSeries: 0, maxChurn: 100, cooldownMs: 60_000 }
  const { clock, net, status } = started({ quarantine: churn }, ['h:80'])
  let round = 0
  serveMetrics(net, 'h:80', () => series(40, `${round++}-`))
  await clock.advance(1_000)
  expect(status('h').health).toBe('up')
  await clock.advance(20_000)
  expect(status('h').health).toBe('up')
  await clock.advance(10_000)
  expect(status('h').lastError).toMatch(/^quarantine: 40 new series exceed the 20 /)
})

test('the length of a quarantine does not grow without end', () => {
  const one = new Quarantine({ maxSeries: 1, maxChurn: 0, cooldownMs: 1_000 })
  for (let i = 0; i < 100; i++) one.close(0, 'again')
  expect(one.status?.untilMs).toBe(32_000)
})

test('failures are written to the failure log, with the series that went over a limit', async () => {
  const { clock, net, disk } = started({ sampleLimit: 2, failureLogFile: '/failures.json' }, [
    'h:80',
  ])
  serveMetrics(net, 'h:80', () => series(5))
  await clock.advance(1_000)
  const text = new TextDecoder().decode(await disk.readFile('/failures.json'))
  expect(JSON.parse(text.trim())).toMatchObject({
    level: 'ERROR',
    msg: 'sample limit exceeded',
    scrape_pool: 'job',
    target: 'http://h:80/metrics',
    series: 'a{i="2"}',
  })
})
