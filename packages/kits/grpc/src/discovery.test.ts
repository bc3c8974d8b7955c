import { type Client, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { type DiscoveredInstance, resolveServices, type ServiceSource } from './discovery.ts'
import { rpcClient } from './rpc-client.ts'
import { RpcServer } from './rpc-server.ts'

interface OrdersClient extends Client {
  create(
    message: { readonly text: string },
    callback: (error: { details: string } | null, value?: { text: string }) => void,
  ): unknown
}

const Orders = (
  loadPackageDefinition(
    loadSync(fileURLToPath(new URL('testdata/shop.proto', import.meta.url))),
  ) as unknown as { shop: { Orders: ServiceClientConstructor } }
).shop.Orders

const unused = (): void => {}
const UNUSED = { watch: unused, collect: unused, talk: unused }

/** A source that says what the test says. */
class Said implements ServiceSource {
  #instances: readonly DiscoveredInstance[] = []
  readonly listeners = new Set<(instances: readonly DiscoveredInstance[]) => void>()

  watch(_name: string, listener: (instances: readonly DiscoveredInstance[]) => void): () => void {
    this.listeners.add(listener)
    queueMicrotask(() => listener(this.#instances))
    return () => this.listeners.delete(listener)
  }

  say(servers: readonly RpcServer[]): void {
    this.#instances = servers.map((one) => ({
      host: 'localhost',
      port: 1,
      metadata: { grpc_port: one.endpoint!.split(':').pop()! },
    }))
    for (const listener of this.listeners) listener(this.#instances)
  }
}

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Answers with its name; waits for `held` before it does. */
async function server(name: string, held: Promise<void> = Promise.resolve()): Promise<RpcServer> {
  const one = new RpcServer({ address: '127.0.0.1:0' })
  one.addService(Orders.service, {
    async create() {
      await held
      return { text: name }
    },
    ...UNUSED,
  })
  await one.start()
  closing.push(() => one.stop(100))
  return one
}

function client(scheme: string, balancer: string): OrdersClient {
  const made = rpcClient<OrdersClient>(Orders, {
    endpoint: `${scheme}:///orders`,
    balancer,
    timeoutMs: 20_000,
  })
  closing.push(() => made.close())
  return made
}

const call = (orders: OrdersClient): Promise<string> =>
  new Promise((resolve) =>
    orders.create({ text: '' }, (error, value) => resolve(error?.details ?? value!.text)),
  )

/** Calls until every name was heard, then so often again; how often each answered. */
async function answers(
  orders: OrdersClient,
  names: readonly string[],
  count: number,
): Promise<Record<string, number>> {
  for (const missing = new Set(names); missing.size > 0;) missing.delete(await call(orders))
  const seen: Record<string, number> = {}
  for (let i = 0; i < count; i++) {
    const name = await call(orders)
    seen[name] = (seen[name] ?? 0) + 1
  }
  return seen
}

test.each(['round_robin', 'least_loaded'])(
  '%s: calls go to the instances in turns, and to those alone that are registered now',
  async (balancer) => {
    const [a, b, c] = [await server('a'), await server('b'), await server('c')]
    const source = new Said()
    resolveServices(source, `one-${balancer.replace('_', '-')}`)
    const orders = client(`one-${balancer.replace('_', '-')}`, balancer)
    source.say([a, b, c])
    expect(await answers(orders, ['a', 'b', 'c'], 30)).toEqual({ a: 10, b: 10, c: 10 })
    // One ends and is deregistered: not one call fails.
    await a.stop(100)
    source.say([b, c])
    expect(await answers(orders, ['b', 'c'], 30)).toEqual({ b: 15, c: 15 })
    source.say([])
    expect(await call(orders)).toContain('0 instances are registered')
    source.say([c])
    expect(await answers(orders, ['c'], 3)).toEqual({ c: 3 })
    orders.close()
    expect(source.listeners.size).toBe(0)
  },
)

test('an instance that dies without a word costs no call of the others', async () => {
  const [a, b] = [await server('a'), await server('b')]
  const source = new Said()
  resolveServices(source, 'dies')
  const orders = client('dies', 'round_robin')
  source.say([a, b])
  await answers(orders, ['a', 'b'], 2)
  await a.stop(0)
  expect(await answers(orders, ['b'], 20)).toEqual({ b: 20 })
})

test('least_loaded spares an instance that is slow to answer', async () => {
  const held = Promise.withResolvers<void>()
  const [slow, quick] = [await server('slow', held.promise), await server('quick')]
  const source = new Said()
  resolveServices(source, 'spares')
  const orders = client('spares', 'least_loaded')
  source.say([quick])
  await answers(orders, ['quick'], 1)
  source.say([slow, quick])
  // One call comes to the slow one sooner or later, and holds it.
  const pending: Promise<string>[] = []
  const done: string[] = []
  while (done.length === pending.length) {
    const one = call(orders)
    pending.push(one)
    await Promise.race([
      one.then((name) => done.push(name)),
      new Promise((resolve) => setTimeout(resolve, 300)),
    ])
  }
  const seen: string[] = []
  for (let i = 0; i < 40; i++) seen.push(await call(orders))
  expect(new Set(seen)).toEqual(new Set(['quick']))
  held.resolve()
  expect((await Promise.all(pending)).filter((name) => name === 'slow')).toEqual(['slow'])
})
