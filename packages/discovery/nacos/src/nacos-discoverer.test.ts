import { PLAIN_HTTP_CLIENT, silentLogger } from '@pharos/base'
import { SimClock, SimDisk, SimNet } from '@pharos/base/sim'
import type { NacosDiscoverySettings } from '@pharos/config'
import { discovererContract } from '@pharos/config/testing'
import { serveHttp } from '@pharos/http/testing'
import type { SimHttpAnswer, SimRequest } from '@pharos/http/testing'
import type { TargetGroup } from '@pharos/model'
import { expect, test } from 'vitest'
import { createNacosDiscoverer } from './nacos-discoverer.ts'

const SETTINGS: NacosDiscoverySettings = {
  url: 'http://nacos:8848',
  namespace: '',
  group: 'DEFAULT_GROUP',
  services: [],
  username: '',
  password: '',
  passwordFile: '',
  refreshIntervalMs: 30_000,
  http: PLAIN_HTTP_CLIENT,
}

function bench(
  changed: Partial<NacosDiscoverySettings>,
  answer: (request: SimRequest) => SimHttpAnswer,
) {
  const clock = new SimClock()
  const net = new SimNet(clock)
  const requests: SimRequest[] = []
  serveHttp(net, 'nacos:8848', (request) => {
    requests.push(request)
    return answer(request)
  })
  const world = { clock, net, disk: new SimDisk({ clock }), log: silentLogger }
  return { clock, requests, discoverer: createNacosDiscoverer({ ...SETTINGS, ...changed }, world) }
}

/** As Nacos 2.x answers `/nacos/v1/ns/instance/list`. */
const host = (ip: string, port: number): object => ({
  instanceId: `${ip}#${port}#DEFAULT#DEFAULT_GROUP@@orders`,
  ip,
  port,
  weight: 1.5,
  healthy: true,
  enabled: true,
  ephemeral: true,
  clusterName: 'DEFAULT',
  serviceName: 'DEFAULT_GROUP@@orders',
  metadata: { 'preserved.register.source': 'SPRING_CLOUD' },
})

function server({ path, body }: SimRequest, hosts: readonly object[]): SimHttpAnswer {
  if (path.startsWith('/nacos/v1/ns/service/list')) return { body: '{"count":1,"doms":["orders"]}' }
  if (path.startsWith('/nacos/v1/ns/instance/list'))
    return { body: JSON.stringify({ name: 'DEFAULT_GROUP@@orders', hosts }) }
  if (path === '/nacos/v1/auth/login' && body === 'username=u&password=p')
    return { body: '{"accessToken":"TOKEN","tokenTtl":18000}' }
  return { status: '403 Forbidden', body: 'unknown user' }
}

discovererContract('nacos', async () => {
  const hosts = [host('10.0.0.1', 1), host('10.0.0.2', 2)]
  let isBroken = false
  const { clock, discoverer } = bench({}, (request) =>
    isBroken ? { status: '503 Service Unavailable' } : server(request, hosts),
  )
  return {
    discoverer,
    settle: () => clock.advance(30_000),
    addresses: ['10.0.0.1:1', '10.0.0.2:2'],
    fail: async () => void (isBroken = true),
    add: async (address) => void hosts.push(host(address.split(':')[0]!, 1)),
  }
})

async function told(
  changed: Partial<NacosDiscoverySettings>,
  answer: (request: SimRequest) => SimHttpAnswer,
): Promise<{ groups: readonly TargetGroup[]; requests: readonly SimRequest[] }> {
  const { clock, discoverer, requests } = bench(changed, answer)
  const groups: TargetGroup[] = []
  const stop = new AbortController()
  const done = discoverer.run((some) => groups.push(...some), stop.signal)
  await clock.advance(61_000)
  stop.abort()
  await done
  return { groups, requests }
}

test('instances carry what Nacos knows of them', async () => {
  const { groups } = await told({ namespace: 'ns-1' }, (request) =>
    server(request, [host('10.0.0.1', 8_080)]),
  )
  expect(groups[0]!.source).toBe('orders')
  expect(groups[0]!.labels.toObject()).toEqual({
    __meta_nacos_service: 'orders',
    __meta_nacos_group: 'DEFAULT_GROUP',
    __meta_nacos_namespace: 'ns-1',
  })
  expect(groups[0]!.targets[0]!.toObject()).toEqual({
    __address__: '10.0.0.1:8080',
    __meta_nacos_instance_id: '10.0.0.1#8080#DEFAULT#DEFAULT_GROUP@@orders',
    __meta_nacos_cluster: 'DEFAULT',
    __meta_nacos_healthy: 'true',
    __meta_nacos_enabled: 'true',
    __meta_nacos_ephemeral: 'true',
    __meta_nacos_weight: '1.5',
    __meta_nacos_metadata_preserved_register_source: 'SPRING_CLOUD',
  })
})

test('a login is asked for once and its token goes into each question', async () => {
  const { groups, requests } = await told({ username: 'u', password: 'p' }, (request) =>
    server(request, [host('a', 1)]),
  )
  expect(groups.length).toBe(1)
  const logins = requests.filter((one) => one.path.endsWith('/login'))
  expect(logins.length).toBe(1)
  const others = requests.filter((one) => !one.path.endsWith('/login'))
  expect(others.every((one) => one.path.includes('accessToken=TOKEN'))).toBe(true)
})

test('the Prometheus plugin of Nacos answers as HTTP discovery does', async () => {
  const list = [
    { targets: ['10.0.0.1:8080'], labels: { __meta_serviceName: 'orders' } },
    { targets: ['10.0.0.2:8080'], labels: { __meta_serviceName: 'bills' } },
  ]
  const url = 'http://nacos:8848/nacos/prometheus/namespaceId/public'
  const { groups, requests } = await told({ url, services: ['orders'] }, () => ({
    body: JSON.stringify(list),
  }))
  expect(requests[0]!.path).toBe('/nacos/prometheus/namespaceId/public')
  expect(groups.map((group) => group.labels.get('__meta_nacos_service'))).toEqual(['orders'])
})
