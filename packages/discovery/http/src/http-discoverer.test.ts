import { PLAIN_HTTP_CLIENT, silentLogger } from '@pharos/base'
import { SimClock, SimDisk, SimNet } from '@pharos/base/sim'
import { discovererContract } from '@pharos/config/testing'
import { serveHttp } from '@pharos/http/testing'
import type { SimHttpAnswer } from '@pharos/http/testing'
import type { TargetGroup } from '@pharos/model'
import { expect, test } from 'vitest'
import { createHttpDiscoverer } from './http-discoverer.ts'

const SETTINGS = {
  url: 'http://user:secret@h:80/targets',
  refreshIntervalMs: 60_000,
  http: PLAIN_HTTP_CLIENT,
}

function bench(settings: Partial<typeof SETTINGS> = {}) {
  const clock = new SimClock()
  const net = new SimNet(clock)
  const disk = new SimDisk({ clock })
  const discoverer = createHttpDiscoverer(
    { ...SETTINGS, ...settings },
    { clock, net, disk, log: silentLogger },
  )
  return { clock, net, discoverer }
}

discovererContract('http', async () => {
  const { clock, net, discoverer } = bench()
  const addresses = ['a:1', 'b:2']
  let isBroken = false
  serveHttp(net, 'h:80', () =>
    isBroken
      ? { status: '500 Internal Server Error' }
      : { body: JSON.stringify(addresses.map((one) => ({ targets: [one], labels: { x: one } }))) },
  )
  return {
    discoverer,
    settle: () => clock.advance(60_000),
    addresses: ['a:1', 'b:2'],
    fail: async () => void (isBroken = true),
    add: async (address) => void addresses.push(address),
  }
})

test('groups carry the URL without its password, and the request says how often it comes', async () => {
  const { clock, net, discoverer } = bench()
  let head = ''
  serveHttp(net, 'h:80', (request) => {
    head = request.head
    return { body: '[{"targets":["a:1"],"labels":{"__meta_dc":"x"}}]' }
  })
  const told: TargetGroup[] = []
  const stop = new AbortController()
  const done = discoverer.run((groups) => told.push(...groups), stop.signal)
  await clock.advance(1_000)
  stop.abort()
  await done
  expect(told[0]!.source).toBe('http://user:xxxxx@h:80/targets:0')
  expect(told[0]!.labels.toObject()).toEqual({
    __meta_dc: 'x',
    __meta_url: 'http://user:xxxxx@h:80/targets',
  })
  expect(head).toContain('X-Prometheus-Refresh-Interval-Seconds: 60')
  expect(head).toMatch(/Authorization: Basic/)
})

test('an answer that is not a list of groups in JSON is a failure, an empty list is an answer', async () => {
  const { clock, net, discoverer } = bench()
  let answer: SimHttpAnswer = { body: '[{"targets":["a:1"]}]' }
  serveHttp(net, 'h:80', () => answer)
  let targets = 0
  const stop = new AbortController()
  const done = discoverer.run((groups) => {
    targets = groups.reduce((sum, group) => sum + group.targets.length, 0)
  }, stop.signal)
  await clock.advance(1_000)
  expect(targets).toBe(1)
  const bad: SimHttpAnswer[] = [
    { body: '[]', headers: { 'Content-Type': 'text/plain' } },
    { body: '{"targets":[]}' },
    { body: '[{"targets":[1]}]' },
    { body: '[' },
    { status: '302 Found', body: '[]' },
  ]
  for (const one of bad) {
    answer = one
    await clock.advance(60_000)
    expect(targets, JSON.stringify(one)).toBe(1)
  }
  expect(discoverer.stats.failures).toBe(bad.length)
  answer = { body: '[]' }
  await clock.advance(60_000)
  expect(targets).toBe(0)
  stop.abort()
  await done
})

test('a backend that is away for an hour, or comes and goes, empties nothing and tells nothing anew', async () => {
  const { clock, net, discoverer } = bench()
  const good: SimHttpAnswer = { body: '[{"targets":["a:1","b:1"]}]' }
  let answer = good
  serveHttp(net, 'h:80', () => answer)
  const told: number[] = []
  const stop = new AbortController()
  const done = discoverer.run((groups) => {
    told.push(groups.reduce((sum, group) => sum + group.targets.length, 0))
  }, stop.signal)
  await clock.advance(1_000)
  expect(told).toEqual([2])
  net.silence('h:80')
  await clock.advance(1_800_000)
  net.restore('h:80')
  net.cut('h:80')
  await clock.advance(1_800_000)
  net.restore('h:80')
  for (let i = 0; i < 20; i++) {
    answer = i % 2 === 0 ? { status: '503 Service Unavailable', body: '[]' } : good
    await clock.advance(60_000)
  }
  expect(told.every((count) => count === 2)).toBe(true)
  expect(discoverer.stats.failures).toBeGreaterThan(50)
  stop.abort()
  await done
})
