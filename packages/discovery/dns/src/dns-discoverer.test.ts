import { OutsideError, silentLogger } from '@pharos/base'
import type { DnsAnswer, DnsType, Net } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import type { DnsDiscoverySettings } from '@pharos/config'
import { discovererContract } from '@pharos/config/testing'
import type { TargetGroup } from '@pharos/model'
import { expect, test } from 'vitest'
import { createDnsDiscoverer } from './dns-discoverer.ts'

type Zone = (name: string, type: DnsType) => readonly DnsAnswer[]

const SERVFAIL = (): never => {
  throw new OutsideError('net/dns', 'lookup x: server misbehaving')
}

function bench(settings: Partial<DnsDiscoverySettings>, zone: { of: Zone }) {
  const clock = new SimClock()
  const net: Net = {
    connect: () => Promise.reject(new OutsideError('net/refused', 'no connections here')),
    resolve: async (name, type) => zone.of(name, type),
  }
  const all = { names: ['x'], type: 'A' as const, port: 80, refreshIntervalMs: 30_000, ...settings }
  return { clock, discoverer: createDnsDiscoverer(all, { clock, net, log: silentLogger }) }
}

discovererContract('dns', async () => {
  const hosts = ['a', 'b']
  const zone: { of: Zone } = { of: () => hosts.map((host) => ({ host, port: 1 })) }
  const { clock, discoverer } = bench({ type: 'SRV' }, zone)
  return {
    discoverer,
    settle: () => clock.advance(30_000),
    addresses: ['a:1', 'b:1'],
    fail: async () => void (zone.of = SERVFAIL),
    add: async (address) => void hosts.push(address.split(':')[0]!),
  }
})

async function firstGroups(
  settings: Partial<DnsDiscoverySettings>,
  of: Zone,
): Promise<readonly TargetGroup[]> {
  const { clock, discoverer } = bench(settings, { of })
  const told: TargetGroup[] = []
  const stop = new AbortController()
  const done = discoverer.run((groups) => told.push(...groups), stop.signal)
  await clock.advance(1)
  stop.abort()
  await done
  return told
}

test('each type of record becomes targets with its meta labels', async () => {
  const cases: readonly (readonly [DnsType, DnsAnswer, Record<string, string>])[] = [
    ['A', { host: '192.0.2.2' }, { __address__: '192.0.2.2:80' }],
    ['AAAA', { host: '::1' }, { __address__: '[::1]:80' }],
    [
      'SRV',
      { host: 'db1.example.com', port: 3306 },
      {
        __address__: 'db1.example.com:3306',
        __meta_dns_srv_record_target: 'db1.example.com.',
        __meta_dns_srv_record_port: '3306',
      },
    ],
    [
      'MX',
      { host: 'smtp.example.com' },
      { __address__: 'smtp.example.com:80', __meta_dns_mx_record_target: 'smtp.example.com.' },
    ],
    [
      'NS',
      { host: 'ns1.example.com' },
      { __address__: 'ns1.example.com:80', __meta_dns_ns_record_target: 'ns1.example.com.' },
    ],
  ]
  for (const [type, answer, labels] of cases) {
    const [group] = await firstGroups({ type, names: ['web.example.com.'] }, () => [answer])
    expect(group!.source).toBe('web.example.com.')
    expect(group!.targets.map((one) => one.toObject())).toEqual([
      { __meta_dns_name: 'web.example.com.', ...labels },
    ])
  }
})

test('a name that fails keeps its targets while others change, and one that is gone has none', async () => {
  const zone: { of: Zone } = { of: (name) => [{ host: `${name}1` }] }
  const { clock, discoverer } = bench({ names: ['a', 'b'] }, zone)
  const now = new Map<string, number>()
  const stop = new AbortController()
  const done = discoverer.run((groups) => {
    for (const { source, targets } of groups) now.set(source, targets.length)
  }, stop.signal)
  await clock.advance(1)
  zone.of = (name) => (name === 'a' ? SERVFAIL() : [{ host: 'b1' }, { host: 'b2' }])
  await clock.advance(30_000)
  expect(Object.fromEntries(now)).toEqual({ a: 1, b: 2 })
  zone.of = (name) => (name === 'a' ? [] : SERVFAIL())
  await clock.advance(30_000)
  expect(Object.fromEntries(now)).toEqual({ a: 0, b: 2 })
  stop.abort()
  await done
})

test('a thousand shuffled records are told once', async () => {
  const hosts = Array.from({ length: 1_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
  let calls = 0
  const zone: { of: Zone } = { of: () => [...hosts].reverse().map((host) => ({ host })) }
  const { clock, discoverer } = bench({}, zone)
  const stop = new AbortController()
  const done = discoverer.run((groups) => {
    calls++
    expect(groups[0]!.targets.length).toBe(1_000)
  }, stop.signal)
  await clock.advance(1)
  zone.of = () => hosts.map((host) => ({ host }))
  await clock.advance(300_000)
  expect(calls).toBe(1)
  stop.abort()
  await done
})
