import { UserError } from '@pharos/base'
import type { LogFields, Logger } from '@pharos/base'
import { simWorld } from '@pharos/base/sim'
import type { SimWorld } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { registerService } from './register-service.ts'
import type { RegisterOptions, ServiceDescription } from './register-service.ts'
import type { Registration, RegistrationEvent } from './registration.ts'
import { SimRegistry } from './testing/index.ts'

const MONITOR: ServiceDescription = { id: '1', name: 'monitor', host: 'localhost', port: 8080 }

class Scene {
  readonly lines: string[] = []
  readonly world: SimWorld
  readonly events: string[] = []
  registry!: SimRegistry

  static async start(): Promise<Scene> {
    const scene = new Scene()
    scene.registry = await SimRegistry.start(scene.world)
    return scene
  }

  constructor() {
    const note = (message: string, fields: LogFields = {}): void => {
      this.lines.push(`${message} ${String(fields['key'])}`)
    }
    const log: Logger = { debug() {}, info: note, warn: note, error: note, component: () => log }
    this.world = simWorld({ log })
  }

  register(
    service: Partial<ServiceDescription> = {},
    options: Partial<RegisterOptions> = {},
  ): Registration {
    return registerService(
      { ...MONITOR, ...service },
      {
        endpoints: ['registry:2379'],
        world: this.world,
        onEvent: (event: RegistrationEvent) =>
          this.events.push(event.type === 'lost' ? `lost: ${event.reason}` : event.type),
        ...options,
      },
    )
  }

  pass(ms: number): Promise<void> {
    return this.world.clock.advance(ms)
  }

  /** `key = host:port lease n` of everything registered. */
  held(): string {
    return this.registry.core.store
      .range({ start: '/service/', end: '\0' })
      .map((one) => {
        const { host, port } = JSON.parse(new TextDecoder().decode(one.value)) as ServiceDescription
        return `${one.key} ${host}:${port}`
      })
      .join(', ')
  }

  async close(registration: Registration): Promise<void> {
    const done = registration.close()
    await this.pass(3_000)
    await done
  }
}

const HELD = '/service/monitor/1 localhost:8080'

test('a service is registered with its lease, told once, and stays for hours', async () => {
  const scene = await Scene.start()
  const one = scene.register({}, { language: 'zh' })
  await scene.pass(50)
  await one.registered
  expect([one.key, one.isRegistered]).toEqual(['/service/monitor/1', true])
  await scene.pass(2 * 3_600_000)
  expect(scene.held()).toBe(HELD)
  expect(scene.events).toEqual(['registered'])
  expect(scene.lines.filter((line) => line.includes('服务'))).toEqual([
    '服务注册成功 /service/monitor/1',
  ])
  await scene.close(one)
  expect(scene.held()).toBe('')
  expect(scene.registry.core.leases.size).toBe(0)
  expect(scene.lines.at(-1)).toBe('服务注销成功 /service/monitor/1')
  expect(scene.world.clock.pending, 'nothing is left to fire').toBeLessThanOrEqual(1)
})

test('the English line says the same', async () => {
  const scene = await Scene.start()
  const one = scene.register()
  await scene.pass(50)
  expect(scene.lines).toContain('service registered /service/monitor/1')
  await scene.close(one)
})

test('a renewal is asked for three times a lease, not more', async () => {
  const scene = await Scene.start()
  const one = scene.register({ leaseTime: 30 })
  await scene.pass(300_050)
  const renewals = scene.registry.calls.filter((path) => path === '/v3/lease/keepalive').length
  expect(renewals).toBeGreaterThanOrEqual(29)
  expect(renewals).toBeLessThanOrEqual(30)
  await scene.close(one)
})

test('a service starts without its registry and is registered when that comes', async () => {
  const scene = new Scene()
  const one = scene.register()
  await scene.pass(60_000)
  expect([one.isRegistered, scene.events]).toEqual([false, []])
  expect(scene.lines.length, 'the same failure is told once').toBe(1)
  scene.registry = await SimRegistry.start(scene.world)
  await scene.pass(1_500)
  expect([one.isRegistered, scene.events]).toEqual([true, ['registered']])
  await scene.close(one)
})

test('a service that ends while the registry is away ends within its two seconds', async () => {
  const scene = await Scene.start()
  const one = scene.register()
  await scene.pass(50)
  scene.world.net.silence('registry:2379')
  let isClosed = false
  void one.close().then(() => {
    isClosed = true
  })
  await scene.pass(2_100)
  expect(isClosed).toBe(true)
})

test('a revoked lease is noticed by the next renewal and replaced', async () => {
  const scene = await Scene.start()
  const one = scene.register()
  await scene.pass(50)
  const [lease] = scene.registry.core.leases.all()
  await scene.registry.core.revoke(lease!.id)
  expect(scene.held()).toBe('')
  await scene.pass(1_800)
  expect(scene.held()).toBe(HELD)
  expect(scene.events).toEqual([
    'registered',
    'lost: the registry does not know the lease any more',
    'restored',
  ])
  await scene.close(one)
})

test('a key that somebody deletes or overwrites is back within a lease', async () => {
  const scene = await Scene.start()
  const one = scene.register()
  await scene.pass(50)
  scene.registry.core.change([{ key: one.key, value: undefined, lease: '0' }])
  await scene.pass(5_200)
  expect(scene.held()).toBe(HELD)
  scene.registry.core.change([{ key: one.key, value: Buffer.from('nonsense'), lease: '0' }])
  await scene.pass(5_200)
  expect(scene.held()).toBe(HELD)
  expect(scene.events).toEqual([
    'registered',
    'lost: the key was deleted',
    'restored',
    'lost: the key was overwritten',
    'restored',
  ])
  await scene.close(one)
})

test('a cut of a minute, silent or loud, is healed within a lease and a second of its end', async () => {
  for (const fault of ['cut', 'silence'] as const) {
    const scene = await Scene.start()
    const one = scene.register()
    await scene.pass(50)
    scene.world.net[fault]('registry:2379')
    await scene.pass(60_000)
    expect([one.isRegistered, scene.held()], fault).toEqual([false, ''])
    scene.world.net.restore('registry:2379')
    await scene.pass(6_000)
    expect(scene.held(), fault).toBe(HELD)
    expect(scene.events.length, fault).toBe(3)
    expect(scene.events[1], fault).toContain('lost: no answer until the lease ran out')
    expect(scene.registry.core.leases.size, 'no lease is left behind').toBe(1)
    await scene.close(one)
  }
})

test('a registry that restarts within the lease is not even noticed', async () => {
  const scene = await Scene.start()
  const one = scene.register()
  await scene.pass(1_000)
  await scene.registry.stop()
  await scene.pass(3_000)
  await scene.registry.start()
  await scene.pass(10_000)
  expect(scene.held()).toBe(HELD)
  expect(scene.events).toEqual(['registered'])
  await scene.close(one)
})

test('a registry that comes back without its data gets the service again', async () => {
  const scene = await Scene.start()
  const one = scene.register()
  await scene.pass(1_000)
  await scene.registry.stop()
  await scene.world.disk.removeTree('/registry')
  await scene.registry.start()
  await scene.pass(6_000)
  expect(scene.held()).toBe(HELD)
  expect(scene.events.at(-1)).toBe('restored')
  await scene.close(one)
})

test('a process that was paused for longer than its lease comes back by itself', async () => {
  const scene = await Scene.start()
  const one = scene.register()
  await scene.pass(50)
  // To the registry a paused process is one that says nothing: its lease ends before the next renewal.
  const [lease] = scene.registry.core.leases.all()
  lease!.endMs = scene.world.clock.monotonicMs()
  scene.registry.core.leases.add('9', 0)
  await scene.pass(100)
  expect(scene.held()).toBe('')
  await scene.pass(1_800)
  expect(scene.held()).toBe(HELD)
  expect(scene.events.at(-1)).toBe('restored')
  await scene.close(one)
})

test('a restarted process at the same address takes its key over, and the old lease takes nothing with it', async () => {
  const scene = await Scene.start()
  const dead = scene.register({}, { onEvent: () => {} })
  await scene.pass(50)
  const born = scene.register()
  await scene.pass(50)
  expect(scene.events).toEqual(['registered'])
  await scene.close(dead)
  await scene.pass(6_000)
  expect(scene.held()).toBe(HELD)
  await scene.close(born)
})

test('two instances of one id do not fight: the second waits for the first to go', async () => {
  const scene = await Scene.start()
  const first = scene.register({}, { onEvent: () => {} })
  await scene.pass(50)
  const second = scene.register({ port: 9090 })
  await scene.pass(60_000)
  expect(scene.held()).toBe(HELD)
  expect([first.isRegistered, second.isRegistered]).toEqual([true, false])
  expect(scene.events, 'told once').toEqual(['taken'])
  await scene.close(first)
  expect(scene.held()).toBe('/service/monitor/1 localhost:9090')
  expect(scene.events).toEqual(['taken', 'registered'])
  await scene.close(second)
})

test('the next endpoint answers when the first is silent, refuses or is gone', async () => {
  const scene = await Scene.start()
  scene.world.net.register('silent:1', () => {})
  const endpoints = ['http://silent:1', 'http://nobody:1', 'http://registry:2379/']
  const one = scene.register({}, { endpoints })
  await scene.pass(10_000)
  expect(scene.held()).toBe(HELD)
  await scene.close(one)
})

test('what could not be found again is refused at once', () => {
  const scene = new Scene()
  const bad: readonly Partial<ServiceDescription>[] = [
    { id: '' },
    { id: 'a/b' },
    { name: 'a b' },
    { name: '..' },
    { host: 'http://a' },
    { host: 'a:1' },
    { port: 0 },
    { port: 65_536 },
    { leaseTime: 0 },
    { leaseTime: Number.NaN },
    { metadata: { long: 'x'.repeat(70_000) } },
  ]
  for (const one of bad) expect(() => scene.register(one), JSON.stringify(one)).toThrow(UserError)
  expect(() => scene.register({}, { endpoints: [] })).toThrow('at least one endpoint')
  expect(() => scene.register({}, { endpoints: ['ftp://a'] })).toThrow('wants a form like')
})
