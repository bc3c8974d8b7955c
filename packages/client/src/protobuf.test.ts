import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textOf } from './family-text.ts'
import { FixedFamily } from './fixed-family.ts'
import { OPENMETRICS, PROTOBUF, TEXT } from './format.ts'
import { decodeFamilies } from './proto-decode.fixture.ts'
import { Registry } from './registry.ts'
import { snapshotOf } from './snapshot.ts'

async function bytesOf(registry: Registry): Promise<Uint8Array> {
  const parts: number[] = []
  for await (const part of registry.portions({ format: PROTOBUF }))
    parts.push(...(part as Uint8Array))
  return Uint8Array.from(parts)
}

/** One metric of each kind, with all that a message can hold. */
function everything(values: readonly number[], label: string): Registry {
  const now = (): number => 1_700_000_000_125
  const registry = new Registry()
  const labelNames = ['path'] as const
  const counter = registry.counter({
    name: 'a_seconds_total',
    unit: 'seconds',
    help: 'ä',
    labelNames,
    now,
  })
  const gauge = registry.gauge({ name: 'b', help: '', constLabels: { zone: 'x' }, labelNames, now })
  const both = registry.histogram({
    name: 'c',
    help: '',
    labelNames,
    buckets: [0, 1],
    nativeHistogramBucketFactor: 1.1,
    now,
  })
  const native = registry.histogram({ name: 'd', help: '', nativeHistogramBucketFactor: 2, now })
  const summary = registry.summary({ name: 'e', help: '', objectives: { 0.5: 0.05 }, now })
  for (const value of values) {
    counter.inc({ path: label }, Math.abs(value), { trace_id: 'c1' })
    gauge.set({ path: label }, value)
    both.labels({ path: label }).observe(value, { trace_id: 'h1' })
    native.observe(value)
    summary.observe(value)
  }
  return registry
}

test('messages read back give what the registry holds', async () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(values, fc.string({ unit: 'binary' }), async (all, label) => {
      const registry = everything(all, label)
      const wanted = registry
        .all()
        .map(snapshotOf)
        .filter((one) => one.series.length > 0)
      const known = wanted.map((family) => ({
        ...family,
        series: family.series.map((one) =>
          family.type === 'gauge' ? { labels: one.labels, value: one.value } : one,
        ),
      }))
      expect(decodeFamilies(await bytesOf(registry))).toEqual(known)
    }),
    { numRuns: 25 },
  )
})

test('families read back and written as text are the text of the registry', async () => {
  const registry = everything([1, 0.5, -3, 1e9, 0], 'q"\\\n\u{1f600}')
  for (const format of [TEXT, OPENMETRICS]) {
    let text = ''
    for (const family of decodeFamilies(await bytesOf(registry))) {
      text += textOf(new FixedFamily(family, () => family.series), format)
    }
    if (format === OPENMETRICS) text += '# EOF\n'
    expect(text).toBe(await registry.metrics({ format }))
  }
})

test('a family of many series is one message, whatever its length', async () => {
  const registry = new Registry()
  const gauge = registry.gauge({ name: 'g', help: '', labelNames: ['i'] })
  for (let i = 0; i < 5000; i++) gauge.set({ i }, i)
  const [family] = decodeFamilies(await bytesOf(registry))
  expect(family!.series.length).toBe(5000)
  expect(family!.series.reduce((sum, one) => sum + one.value!, 0)).toBe(12_497_500)
})

test('names are escaped in messages too, and text for people is one line or many', async () => {
  const registry = new Registry()
  const now = (): number => 2000
  registry
    .counter({ name: 'http.requests', help: 'h', labelNames: ['a.b'], now })
    .inc({ 'a.b': 'x' })
  expect(decodeFamilies(await bytesOf(registry))[0]).toMatchObject({
    name: 'http_requests',
    series: [{ labels: [['a_b', 'x']] }],
  })
  const compact = { ...PROTOBUF, version: 'compact-text' } as const
  expect(await registry.metrics({ format: compact })).toBe(
    'name:"http_requests" help:"h" type:COUNTER metric{ label{ name:"a_b" value:"x" } counter{ value:1 created_timestamp{ seconds:2 nanos:0 } } }\n',
  )
  const lines = await registry.metrics({ format: { ...PROTOBUF, version: 'text' } })
  expect(lines).toContain('metric {\n  label {\n    name: "a_b"\n    value: "x"\n  }\n')
  await expect(registry.metrics({ format: PROTOBUF })).rejects.toThrow('bytes, not text')
})
