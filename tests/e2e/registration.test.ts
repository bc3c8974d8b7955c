// Registration against real processes: a service that is stopped and goes on, a registry that is killed, and an etcd
// with TLS and users.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { realWorld } from '@pharos/base/node'
import { EtcdClient, registerService, ServiceWatch } from '@pharos/registry'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, NODE, pause, ROOT, start, temporaryDirectory, until } from './process.ts'
import { startCluster, startEtcd, startRegistry } from './registries.ts'
import type { RunningRegistry } from './registries.ts'

const hasEtcd = existsSync('/usr/bin/etcd') && existsSync('/usr/bin/etcdctl')
const missing = hasEtcd ? '' : ' (etcd is not installed, skipped)'
const world = realWorld({ level: 'error' })
const KEY = '/service/monitor/1'

function clientOf(url: string): EtcdClient {
  const client = new EtcdClient({ ...world, endpoints: [url] })
  onTestFinished(() => client.close())
  return client
}

async function pausedService(startOne: typeof startRegistry): Promise<void> {
  const registry: RunningRegistry = await startOne(temporaryDirectory())
  onTestFinished(() => registry.stop())
  const client = clientOf(registry.url)
  const isThere = async (): Promise<true | undefined> =>
    (await client.get(KEY)) === undefined ? undefined : true
  const isGone = async (): Promise<true | undefined> =>
    (await client.get(KEY)) === undefined ? true : undefined
  const script = join(ROOT, 'tests/e2e/monitored-service.ts')
  const service = start(NODE, [script, registry.url, 'monitor', '1'])
  await until('the registration', isThere)
  service.child.kill('SIGSTOP')
  await until('the stopped service to go', isGone, 8_000)
  await pause(2_000)
  const goesOnMs = Date.now()
  service.child.kill('SIGCONT')
  await until('the service to come back', isThere, 6_000)
  console.log(`back ${Date.now() - goesOnMs} ms after SIGCONT`)
  await until('the line', async () => service.output().includes('服务重新注册成功') || undefined)
}

test('built-in registry: a service that is paused beyond its lease comes back by itself', () =>
  pausedService(startRegistry))

test.skipIf(!hasEtcd)(`etcd of Debian${missing}: the same`, () => pausedService(startEtcd))

test('what the built-in registry has answered survives its SIGKILL', async () => {
  const directory = temporaryDirectory()
  const first = await startRegistry(directory)
  const client = clientOf(first.url)
  const lease = await client.grantLease(60)
  for (let i = 0; i < 200; i++) await client.put(`/service/s/${i}`, String(i), lease.id)
  first.running.child.kill('SIGKILL')
  await first.running.exited
  const second = await startRegistry(directory, Number(new URL(first.url).port))
  onTestFinished(() => second.stop())
  const { keys } = await client.list('/service/s/')
  expect(keys.length).toBe(200)
  expect(await client.keepLease(lease.id)).toBe(60)
})

test.skipIf(!hasEtcd)(
  `etcd of Debian${missing}: a registration and a watch as a user, over TLS`,
  async () => {
    const pem = join(ROOT, 'packages/base/src/node/testdata')
    const port = await freePort()
    const url = `https://127.0.0.1:${port}`
    const peer = await freePort()
    const etcd = start('/usr/bin/etcd', [
      `--data-dir=${join(temporaryDirectory(), 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--cert-file=${pem}/server.pem`,
      `--key-file=${pem}/server-key.pem`,
    ])
    const ca = await readFile(`${pem}/authority.pem`, 'utf8')
    const control = (...args: string[]): string =>
      execFileSync('/usr/bin/etcdctl', args, {
        env: {
          ...process.env,
          ETCDCTL_API: '3',
          ETCDCTL_ENDPOINTS: url,
          ETCDCTL_CACERT: `${pem}/authority.pem`,
        },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    await until('etcd', async () => {
      if (etcd.child.exitCode !== null) throw new Error(etcd.output())
      control('endpoint', 'health')
      return true
    })
    control('user', 'add', 'root:secret')
    control('user', 'grant-role', 'root', 'root')
    control('auth', 'enable')
    const options = { endpoints: [url], tls: { ca }, username: 'root', password: 'secret', world }
    const service = { id: '1', name: 'monitor', host: 'localhost', port: 8080 }
    const registration = registerService(service, options)
    await registration.registered
    const shown = control('--user=root:secret', 'get', '--prefix', '/service/')
    expect(shown).toContain('"lease_time":5')
    await expect(clientWith(url, ca, 'wrong').get(KEY)).rejects.toThrow('authentication failed')
    await expect(clientWith(url, '', 'secret').get(KEY)).rejects.toThrow('certificate')
    const client = clientWith(url, ca, 'secret')
    const ends = new AbortController()
    const events: string[] = []
    const watching = client.watch('/service/', {
      startRevision: 1,
      signal: ends.signal,
      onCreated: () => events.push('created'),
      onEvents: (list) => void events.push(...list.map((one) => `${one.type} ${one.kv.key}`)),
    })
    watching.catch(() => {})
    await until('the watch', async () => (events.length > 1 ? true : undefined))
    expect(events).toEqual(['created', `put ${KEY}`])
    await registration.close()
    await until('the end', async () => (events.length > 2 ? true : undefined))
    expect(events[2]).toBe(`delete ${KEY}`)
    ends.abort()
  },
)

test.skipIf(!hasEtcd)(
  `etcd of Debian${missing}: members of a cluster die and hang, and no service is lost`,
  // Three etcd members on a busy machine lose their leader for longer than the leases by themselves.
  { retry: 1 },
  async () => {
    const members = await startCluster(temporaryDirectory())
    onTestFinished(async () => {
      for (const one of members) {
        one.running.child.kill('SIGCONT')
        await one.stop()
      }
    })
    const endpoints = members.map((one) => one.url)
    const client = new EtcdClient({ ...world, endpoints })
    onTestFinished(() => client.close())
    const lost: string[] = []
    const registrations = ['1', '2', '3'].map((id) =>
      registerService(
        { id, name: 'monitor', host: 'localhost', port: 8080, leaseTime: 5 },
        { endpoints, world, onEvent: (one) => one.type === 'lost' && lost.push(one.reason) },
      ),
    )
    await Promise.all(registrations.map((one) => one.registered))
    const watch = new ServiceWatch({ client, clock: world.clock, log: world.log, refreshMs: 2_000 })
    const gone: string[] = []
    const ends = new AbortController()
    const following = watch.run((change) => void gone.push(...change.gone), ends.signal)
    await until('three services', async () => (watch.services.size === 3 ? true : undefined))
    // The member that everybody talks to hangs without a word: neither refused nor closed.
    const first = members.find((one) => one.url === client.endpoint)!
    first.running.child.kill('SIGSTOP')
    await pause(12_000)
    expect([watch.services.size, gone]).toEqual([3, []])
    first.running.child.kill('SIGCONT')
    await pause(3_000)
    // And the one that took over dies.
    const second = members.find((one) => one.url === client.endpoint)!
    second.running.child.kill('SIGKILL')
    await pause(12_000)
    expect([watch.services.size, gone]).toEqual([3, []])
    await registrations[0]!.close()
    await until('one to go', async () => (watch.services.size === 2 ? true : undefined), 5_000)
    console.log(`lost on the way: ${lost.length === 0 ? 'none' : lost.join('; ')}`)
    await Promise.all(registrations.map((one) => one.close()))
    ends.abort()
    await following
  },
)

function clientWith(url: string, ca: string, password: string): EtcdClient {
  const client = new EtcdClient({
    ...world,
    endpoints: [url],
    tls: async () => (ca === '' ? {} : { ca }),
    credentials: async () => ({ username: 'root', password }),
  })
  onTestFinished(() => client.close())
  return client
}
