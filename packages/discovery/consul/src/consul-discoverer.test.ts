import { PLAIN_HTTP_CLIENT, silentLogger } from '@pharos/base'
import { SimClock, SimDisk, SimNet } from '@pharos/base/sim'
import type { ConsulDiscoverySettings } from '@pharos/config'
import { discovererContract } from '@pharos/config/testing'
import { serveHttp } from '@pharos/http/testing'
import type { SimHttpAnswer, SimRequest } from '@pharos/http/testing'
import type { TargetGroup } from '@pharos/model'
import { expect, test } from 'vitest'
import { createConsulDiscoverer } from './consul-discoverer.ts'

const SETTINGS: ConsulDiscoverySettings = {
  url: 'http://consul:8500',
  token: '',
  datacenter: '',
  namespace: '',
  partition: '',
  tagSeparator: ',',
  allowStale: true,
  services: [],
  tags: [],
  nodeMeta: [],
  filter: '',
  healthFilter: '',
  refreshIntervalMs: 30_000,
  http: PLAIN_HTTP_CLIENT,
}

function bench(
  changed: Partial<ConsulDiscoverySettings>,
  answer: (request: SimRequest) => SimHttpAnswer,
) {
  const clock = new SimClock()
  const net = new SimNet(clock)
  const requests: SimRequest[] = []
  serveHttp(net, 'consul:8500', (request) => {
    requests.push(request)
    return answer(request)
  })
  const world = { clock, net, disk: new SimDisk({ clock }), log: silentLogger }
  return { clock, requests, discoverer: createConsulDiscoverer({ ...SETTINGS, ...changed }, world) }
}

/** As Consul 1.x answers `/v1/health/service/web`. */
const entry = (address: string, port: number, checks: readonly object[] = []): object => ({
  Node: {
    Node: 'node-1',
    Address: '10.0.0.1',
    Datacenter: 'dc1',
    Meta: { rack_name: '2304' },
    TaggedAddresses: { lan: '10.0.0.1' },
  },
  Service: {
    ID: `web-${address}`,
    Service: 'web',
    Tags: ['prod', 'v1'],
    Address: address,
    Port: port,
    Meta: { 'team-name': 'a' },
    Namespace: 'default',
  },
  Checks: checks,
})

function agent({ path }: SimRequest, entries: readonly object[]): SimHttpAnswer {
  if (path.startsWith('/v1/agent/self')) return { body: '{"Config":{"Datacenter":"dc1"}}' }
  if (path.startsWith('/v1/catalog/services'))
    return { body: '{"consul":[],"web":["prod","v1"],"db":["prod"]}' }
  if (path.startsWith('/v1/health/service/web')) return { body: JSON.stringify(entries) }
  return { body: '[]' }
}

discovererContract('consul', async () => {
  const entries = [entry('a', 1), entry('b', 2)]
  let isBroken = false
  const { clock, discoverer } = bench({}, (request) =>
    isBroken
      ? { status: '500 Internal Server Error', body: 'No cluster leader' }
      : agent(request, entries),
  )
  return {
    discoverer,
    settle: () => clock.advance(30_000),
    addresses: ['a:1', 'b:2'],
    fail: async () => void (isBroken = true),
    add: async (address) => {
      const [host = '', port = ''] = address.split(':')
      entries.push(entry(host, Number(port)))
    },
  }
})

async function told(
  changed: Partial<ConsulDiscoverySettings>,
  entries: readonly object[],
): Promise<{ groups: readonly TargetGroup[]; requests: readonly SimRequest[] }> {
  const { clock, discoverer, requests } = bench(changed, (request) => agent(request, entries))
  const groups: TargetGroup[] = []
  const stop = new AbortController()
  const done = discoverer.run((some) => groups.push(...some), stop.signal)
  await clock.advance(1_000)
  stop.abort()
  await done
  return { groups, requests }
}

test('a service has the meta labels of the reference', async () => {
  const checks = [
    { CheckID: 'serfHealth', Status: 'passing' },
    { CheckID: 'web', Status: 'warning' },
  ]
  const { groups } = await told({}, [entry('', 8_080, checks)])
  expect(groups.map((group) => group.source)).toEqual(['web'])
  expect(groups[0]!.labels.toObject()).toEqual({
    __meta_consul_service: 'web',
    __meta_consul_dc: 'dc1',
  })
  expect(groups[0]!.targets[0]!.toObject()).toEqual({
    __address__: '10.0.0.1:8080',
    __meta_consul_address: '10.0.0.1',
    __meta_consul_node: 'node-1',
    __meta_consul_namespace: 'default',
    __meta_consul_tags: ',prod,v1,',
    __meta_consul_service_port: '8080',
    __meta_consul_service_id: 'web-',
    __meta_consul_health: 'warning',
    __meta_consul_metadata_rack_name: '2304',
    __meta_consul_service_metadata_team_name: 'a',
    __meta_consul_tagged_address_lan: '10.0.0.1',
  })
})

test('health is the worst of all checks, and maintenance goes before it', async () => {
  const health = async (...checks: readonly object[]): Promise<string> =>
    (await told({}, [entry('a', 1, checks)])).groups[0]!.targets[0]!.get('__meta_consul_health')
  expect(await health()).toBe('passing')
  expect(await health({ Status: 'critical' }, { Status: 'warning' })).toBe('critical')
  expect(await health({ Status: 'critical' }, { CheckID: '_node_maintenance' })).toBe('maintenance')
})

test('token, datacenter and filters go into the questions, and named services need no catalog', async () => {
  const { requests } = await told(
    { token: 'T', datacenter: 'dc9', namespace: 'n', services: ['web'], healthFilter: 'a == 1' },
    [entry('a', 1)],
  )
  expect(requests.map((one) => one.path)).toEqual([
    '/v1/health/service/web?dc=dc9&ns=n&stale=&filter=a+%3D%3D+1',
  ])
  expect(requests[0]!.head).toContain('X-Consul-Token: T')
  const tagged = await told({ tags: ['v1'], nodeMeta: [['rack', '1']] }, [entry('a', 1)])
  expect(tagged.requests.map((one) => one.path)).toEqual([
    '/v1/agent/self?stale=',
    '/v1/catalog/services?stale=&node-meta=rack%3A1',
    '/v1/health/service/web?stale=&tag=v1&node-meta=rack%3A1',
  ])
})

test('answers of another shape are empty, not a crash', async () => {
  const { groups } = await told({}, [{ Node: null, Service: 'x' }, 7 as unknown as object])
  expect(groups[0]!.targets.every((one) => one.get('__address__') === ':')).toBe(true)
})
