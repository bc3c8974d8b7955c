import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { GraphiteBridge } from './graphite-bridge.ts'
import { Registry } from './registry.ts'

function example(): Registry {
  const registry = new Registry()
  const counter = registry.counter({ name: 'a_total', help: 'h', labelNames: ['path', 'code'] })
  counter.inc({ path: '/he,*ll(.o', code: 200 }, 1e6)
  registry.histogram({ name: 'h', help: 'h', buckets: [0.5] }).observe(0.2)
  registry.summary({ name: 's', help: 'h', objectives: { 0.5: 0.05 } }).observe(3)
  return registry
}

test('every line has a path, a value and a time; labels are parts of the path, or tags', async () => {
  const options = { host: 'x', registry: example(), prefix: 'shop', now: () => 1_477_043_083_999 }
  expect((await new GraphiteBridge(options).text()).split('\n')).toEqual([
    'shop.a_total.code.200.path._he_ll_o 1e+06 1477043083',
    'shop.h_bucket.le.0_5 1 1477043083',
    'shop.h_bucket.le._Inf 1 1477043083',
    'shop.h_sum 0.2 1477043083',
    'shop.h_count 1 1477043083',
    'shop.s.quantile.0_5 3 1477043083',
    'shop.s_sum 3 1477043083',
    'shop.s_count 1 1477043083',
    '',
  ])
  const tagged = await new GraphiteBridge({ ...options, useTags: true }).text()
  expect(tagged).toContain('shop.a_total;code=200;path=/he,*ll(.o 1e+06 1477043083\n')
  expect(tagged).toContain('shop.h_bucket;le=+Inf 1 1477043083\n')
})

test('the lines arrive, and a Graphite that is away is an error', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const arrived = new Promise<string>((resolve) => {
    server.once('connection', (socket) => {
      let text = ''
      socket.on('data', (bytes) => (text += bytes.toString())).on('end', () => resolve(text))
    })
  })
  const bridge = new GraphiteBridge({ host: '127.0.0.1', port, registry: example() })
  await bridge.push()
  expect(await arrived).toMatch(/^a_total\.code\.200\S+ 1e\+06 \d+\n[^]*\ns_count 1 \d+\n$/)
  await new Promise((resolve) => server.close(resolve))
  await expect(bridge.push()).rejects.toThrow(`cannot push to graphite at 127.0.0.1:${port}: `)
})
