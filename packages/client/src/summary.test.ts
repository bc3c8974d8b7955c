import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textOf } from './family-text.ts'
import { TEXT } from './format.ts'
import { QuantileStream } from './quantile-stream.ts'
import { Summary } from './summary.ts'

const TARGETS = [
  { quantile: 0.5, error: 0.05 },
  { quantile: 0.9, error: 0.01 },
  { quantile: 0.99, error: 0.001 },
]

/** How far the rank of the answer is from the wanted one, as a share of all values. */
function rankError(values: readonly number[], quantile: number, answer: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const lowest = sorted.findIndex((value) => value >= answer)
  const highest = sorted.findLastIndex((value) => value <= answer)
  const wanted = quantile * values.length
  if (wanted >= lowest && wanted <= highest + 1) return 0
  return Math.min(Math.abs(wanted - lowest), Math.abs(wanted - highest - 1)) / values.length
}

test('quantiles are within their declared error, in a fraction of the memory', () => {
  const shapes: Record<string, (i: number, random: number) => number> = {
    ascending: (i) => i,
    descending: (i) => -i,
    random: (_i, random) => random,
    skewed: (_i, random) => random ** 10,
    few: (_i, random) => Math.floor(random * 5),
  }
  for (const [name, shape] of Object.entries(shapes)) {
    let state = 12345
    const random = (): number =>
      (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) / 0x80000000
    const stream = new QuantileStream(TARGETS)
    const values: number[] = []
    for (let batch = 0; batch < 60; batch++) {
      const some = Float64Array.from({ length: 500 }, (_, i) =>
        shape(batch * 500 + i, random()),
      ).sort()
      stream.insert(some)
      values.push(...some)
    }
    for (const { quantile, error } of TARGETS) {
      const found = rankError(values, quantile, stream.query(quantile))
      expect(found, `${name} ${quantile}`).toBeLessThanOrEqual(error)
    }
    expect(stream.count).toBe(30_000)
    expect(stream.size, name).toBeLessThan(1500)
  }
})

test('a million uniform draws through a summary stay within the declared error of rank', () => {
  const summary = new Summary({
    name: 's',
    help: '',
    objectives: Object.fromEntries(TARGETS.map(({ quantile, error }) => [quantile, error])),
    maxAgeSeconds: 3600,
    now: () => 0,
  })
  let state = 20_261_129
  for (let i = 0; i < 1_000_000; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    summary.observe(state / 0x80000000)
  }
  const text = textOf(summary, TEXT)
  for (const { quantile, error } of TARGETS) {
    // Of uniform draws from 0 to 1 the rank is the value, but for 0.0005 by chance.
    const value = Number(new RegExp(`quantile="${quantile}"\\} (\\S+)`).exec(text)?.[1])
    expect(Math.abs(value - quantile), `quantile ${quantile}`).toBeLessThan(error + 0.0005)
  }
  expect(text).toContain('s_count 1e+06\n')
})

test('up to 500 observations the answer is exact', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 200 }),
      (values) => {
        const stream = new QuantileStream(TARGETS)
        const half = values.length >> 1
        stream.insert(Float64Array.from(values.slice(0, half)).sort())
        stream.insert(Float64Array.from(values.slice(half)).sort())
        const sorted = Float64Array.from(values).sort()
        for (const { quantile } of TARGETS) {
          expect(stream.query(quantile)).toBe(sorted[Math.ceil(quantile * values.length) - 1])
        }
      },
    ),
  )
})

test('old observations leave the quantiles and stay in sum and count', () => {
  let nowMs = 0
  const summary = new Summary({
    name: 's',
    help: '',
    objectives: { 0.99: 0.001, 0.5: 0.05 },
    maxAgeSeconds: 10,
    ageBuckets: 5,
    now: () => nowMs,
  })
  const median = (): string | undefined => /quantile="0.5"\} (.*)/.exec(textOf(summary, TEXT))?.[1]
  expect(median()).toBe('NaN')
  for (let i = 0; i < 10; i++) summary.observe(100)
  nowMs = 7000
  for (let i = 0; i < 5; i++) summary.observe(1)
  expect(median()).toBe('100')
  nowMs = 11_000
  expect(median()).toBe('1')
  nowMs = 100_000
  expect(median()).toBe('NaN')
  expect(textOf(summary, TEXT).split('\n').slice(2)).toEqual([
    's{quantile="0.5"} NaN',
    's{quantile="0.99"} NaN',
    's_sum 1005',
    's_count 15',
    '',
  ])
})

test('a removed series starts anew', () => {
  const summary = new Summary({ name: 's', help: '', labelNames: ['a'], objectives: { 0.5: 0.05 } })
  const kept = summary.labels({ a: 'x' })
  kept.observe(5)
  summary.remove({ a: 'x' })
  kept.observe(7)
  expect(textOf(summary, TEXT)).toContain(
    's{a="x",quantile="0.5"} 7\ns_sum{a="x"} 7\ns_count{a="x"} 1\n',
  )
})

test('objectives that mean nothing are refused', () => {
  for (const objectives of [{ 1: 0.1 }, { 0: 0.1 }, { 0.5: 0 }, { 0.5: 1 }, { x: 0.1 }]) {
    expect(
      () => new Summary({ name: 's', help: '', objectives: objectives as Record<number, number> }),
    ).toThrow(RangeError)
  }
  expect(() => new Summary({ name: 's', help: '', maxAgeSeconds: 0 })).toThrow(RangeError)
  expect(
    () => new Summary({ name: 's', help: '', labelNames: ['quantile'], objectives: { 0.5: 0.1 } }),
  ).toThrow("label quantile is the metric's own")
})
