// gRPC clients that find their service in the registry: three processes, one is killed, nobody notices.
import { type Client, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { rpcClient } from '@pharos/kits-grpc'
import { resolveServices } from '@pharos/kits-grpc/discovery'
import { Discovery } from '@pharos/registry'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { NODE, ROOT, start, temporaryDirectory, until } from './process.ts'
import { startRegistry } from './registries.ts'

interface OrdersClient extends Client {
  create(
    message: { readonly text: string },
    callback: (error: { details: string } | null, value?: { text: string }) => void,
  ): unknown
}

const PROTO = join(ROOT, 'packages/kits/grpc/src/testdata/shop.proto')
const LEASE_MS = 2_000

/** Three processes start at once, on a machine that may have others to run. */
const START_MS = 90_000

test('one of three instances is killed: no call fails once its lease has run out', async () => {
  const registry = await startRegistry(temporaryDirectory())
  onTestFinished(() => registry.stop())
  const services = ['1', '2', '3'].map((id) =>
    start(NODE, [join(ROOT, 'tests/e2e/grpc-service.ts'), registry.url, id, PROTO]),
  )
  const discovery = new Discovery({ endpoints: [registry.url] })
  onTestFinished(() => discovery.close())
  resolveServices(discovery)
  const { shop } = loadPackageDefinition(loadSync(PROTO)) as unknown as {
    shop: { Orders: ServiceClientConstructor }
  }
  const orders = rpcClient<OrdersClient>(shop.Orders, {
    endpoint: 'discovery:///orders',
    timeoutMs: 10_000,
  })
  onTestFinished(() => orders.close())
  const call = (): Promise<string> =>
    new Promise((resolve) =>
      orders.create({ text: '' }, (error, value) =>
        resolve(error === null ? value!.text : `failed: ${error.details}`),
      ),
    )
  const known = (): number => discovery.instances('orders').length
  await until('three instances', async () => (known() === 3 ? true : undefined), START_MS)
  const seen = new Set<string>()
  await until(
    'answers of all',
    async () => (seen.add(await call()).size >= 3 ? true : undefined),
    START_MS,
  )
  expect([...seen].sort().slice(0, 3)).toEqual(['1', '2', '3'])

  services[1]!.child.kill('SIGKILL')
  const killedMs = Date.now()
  const failed: string[] = []
  while (known() === 3 && Date.now() - killedMs < 30_000) {
    const answer = await call()
    if (answer.startsWith('failed')) failed.push(answer)
  }
  expect(known()).toBe(2)
  const goneMs = Date.now() - killedMs
  expect(goneMs).toBeLessThan(LEASE_MS + 15_000)
  const after = new Map<string, number>()
  for (let i = 0; i < 500; i++) {
    const answer = await call()
    after.set(answer, (after.get(answer) ?? 0) + 1)
  }
  expect([...after.keys()].sort()).toEqual(['1', '3'])
  console.log(`gone after ${goneMs} ms; ${failed.length} calls failed before, none after`)
})
