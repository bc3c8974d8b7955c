import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instanceJson, readInstance, serviceKey } from './service-instance.ts'
import type { ServiceInstance } from './service-instance.ts'

const SEED: ServiceInstance = {
  id: '1',
  name: 'monitor',
  host: 'localhost',
  port: 8080,
  leaseTime: 5,
  routes: [{ path: '/metrics', method: 'GET' }],
  metadata: {},
}

test("the value is the seed's JSON, key by key, without spaces", () => {
  expect(instanceJson(SEED)).toBe(
    '{"id":"1","name":"monitor","host":"localhost","port":8080,"lease_time":5,"routes":[{"path":"/metrics","method":"GET"}]}',
  )
  expect(serviceKey(SEED)).toBe('/service/monitor/1')
})

test("what Go's encoder escapes is escaped, and metadata follows only when there is some", () => {
  const odd = {
    ...SEED,
    routes: [{ path: '/a<b>&c\u2028\u2029\ud800', method: 'GET' }],
    metadata: { zone: 'a' },
  }
  expect(instanceJson(odd)).toContain('"path":"/a\\u003cb\\u003e\\u0026c\\u2028\\u2029\ufffd"')
  expect(instanceJson(odd)).toMatch(/\],"metadata":\{"zone":"a"\}\}$/)
})

test('an instance is read back as it was written', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
  const instance = fc.record({
    id: name,
    name,
    host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
    port: fc.integer({ min: 1, max: 65_535 }),
    leaseTime: fc.integer({ min: 1, max: 1_000 }),
    routes: fc.array(fc.record({ path: fc.string({ unit: 'grapheme' }), method: fc.string() }), {
      maxLength: 5,
    }),
    metadata: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' }), { maxKeys: 5 }),
  })
  fc.assert(
    fc.property(instance, (one) => {
      const read = readInstance(new TextEncoder().encode(instanceJson(one)))
      expect(JSON.stringify(read)).toBe(JSON.stringify(one))
    }),
  )
})

test('no bytes of a stranger make an instance that is none, or a crash', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => {
        expect(typeof readInstance(bytes)).toBe('string')
      },
    ),
  )
})
