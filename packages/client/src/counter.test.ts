import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textOf } from './family-text.ts'
import { Counter } from './counter.ts'
import { TEXT } from './format.ts'
import { Gauge } from './gauge.ts'

test('a counter only goes up', () => {
  const counter = new Counter({ name: 'a', help: '' })
  counter.inc()
  counter.inc(2.5)
  counter.inc(0)
  expect(counter.value()).toBe(3.5)
  expect(() => counter.inc(-1)).toThrow(RangeError)
  expect(() => counter.inc(NaN)).toThrow('a counter cannot decrease: NaN')
  expect(() => counter.setTotal(-1)).toThrow(RangeError)
  expect(counter.value()).toBe(3.5)
})

test('a counter without labels is zero from the start', () => {
  expect(textOf(new Counter({ name: 'a', help: 'h' }), TEXT)).toBe(
    '# HELP a h\n# TYPE a counter\na 0\n',
  )
})

test('every combination of label values is a series of its own', () => {
  const value = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.constantFrom('\0', 'a\0', '\0a', '', '1', '1:'),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value), { maxLength: 60 }), (all) => {
      const counter = new Counter({ name: 'a', help: '', labelNames: ['x', 'y', 'z'] })
      const wanted = new Map<string, number>()
      for (const [x, y, z] of all) {
        counter.inc({ x, y, z })
        const key = JSON.stringify([x, y, z])
        wanted.set(key, (wanted.get(key) ?? 0) + 1)
      }
      for (const [key, count] of wanted) {
        const [x, y, z] = JSON.parse(key) as [string, string, string]
        expect(counter.value({ x, y, z })).toBe(count)
      }
    }),
  )
})

test('label values may be numbers, missing ones are empty, unknown ones are refused', () => {
  const counter = new Counter({ name: 'a', help: '', labelNames: ['code', 'constructor'] })
  counter.inc({ code: 200 } as never)
  counter.inc({ code: '200' } as never)
  expect(counter.value({ code: 200, constructor: '' } as never)).toBe(2)
  expect(() => counter.inc({ kode: 1 } as never)).toThrow(
    'unknown label "kode"; known are [code, constructor]',
  )
  expect(textOf(counter, TEXT)).toContain('a{code="200",constructor=""} 2\n')
})

test('a kept series survives growth, removal and reset', () => {
  const counter = new Counter({ name: 'a', help: '', labelNames: ['x'] })
  const kept = counter.labels({ x: 'kept' })
  kept.inc()
  for (let i = 0; i < 100; i++) counter.inc({ x: i })
  kept.inc()
  expect(counter.value({ x: 'kept' })).toBe(2)
  expect(counter.remove({ x: 'kept' })).toBe(true)
  expect(counter.remove({ x: 'kept' })).toBe(false)
  counter.inc({ x: 'takes the free place' })
  kept.inc(5)
  expect(counter.value({ x: 'kept' })).toBe(5)
  expect(counter.value({ x: 'takes the free place' })).toBe(1)
  expect(textOf(counter, TEXT)).toContain('a{x="takes the free place"} 1')
  counter.reset()
  kept.inc()
  expect(textOf(counter, TEXT)).toBe('# HELP a \n# TYPE a counter\na{x="kept"} 1\n')
})

test('a label with too many values is stopped', () => {
  const counter = new Counter({
    name: 'a',
    help: '',
    labelNames: ['x'],
    maxSeries: 3,
    onOverflow: 'throw',
  })
  for (const x of [1, 2, 3, 1]) counter.inc({ x })
  expect(() => counter.inc({ x: 4 })).toThrow('more than 3 series')
})

test('a gauge goes where it is told', () => {
  const gauge = new Gauge({ name: 'g', help: '', labelNames: ['x'] })
  gauge.set({ x: 'a' }, 5)
  gauge.inc({ x: 'a' })
  gauge.dec({ x: 'a' }, 10)
  const kept = gauge.labels({ x: 'b' })
  kept.set(-Infinity)
  expect(gauge.value({ x: 'a' })).toBe(-4)
  expect(textOf(gauge, TEXT)).toContain('g{x="b"} -Inf')
  kept.set(1)
  kept.inc(2)
  kept.dec()
  expect(gauge.value({ x: 'b' })).toBe(2)
  const plain = new Gauge({ name: 'p', help: '' })
  plain.set(1)
  plain.inc()
  plain.inc(2)
  plain.dec(0.5)
  expect(plain.value()).toBe(3.5)
  plain.setToCurrentTime()
  expect(plain.value()).toBeGreaterThan(1.7e9)
})
