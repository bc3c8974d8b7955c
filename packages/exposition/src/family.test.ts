import { UserError } from '@pharos/base'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createCursor,
  Entry,
  type MetricFamily,
  parseFamilies,
  writeOpenMetrics,
  writeText,
} from './index.ts'

const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((s) => s.isWellFormed())
// The scrape parser takes a zero byte in a value, but not in a name.
const nameText = text.filter((name) => name.trim() !== '' && !name.includes('\0'))
const labels = fc
  .dictionary(
    nameText.filter((name) => !['__name__', 'le', 'quantile'].includes(name)),
    text,
    { maxKeys: 3, noNullPrototype: false },
  )
  .map((object) => Object.entries(object).flat())
const name = fc.oneof(fc.constantFrom('a', 'b:c', 'x_total'), nameText)
// Zero is written without its sign, as in the reference.
const value = fc.double().map((number) => number + 0)
const families = fc
  .uniqueArray(
    fc.record({
      name,
      help: text.map((s) => `h${s}`),
      type: fc.constantFrom<MetricFamily['type']>('counter', 'gauge', 'unknown'),
      metrics: fc.array(fc.record({ labels, value }), { minLength: 1, maxLength: 3 }),
    }),
    { selector: (family) => family.name, maxLength: 3 },
  )
  .filter((all) => all.every((f) => all.every((g) => f === g || !f.name.startsWith(g.name))))

test('zero has no sign in any format, other numbers are as Go prints them', () => {
  const family = (number: number): MetricFamily => ({
    name: 'a',
    type: 'gauge',
    metrics: [{ labels: [], value: number }],
  })
  const valueIn = (page: string) => / (.*)$/.exec(page.split('\n')[1]!)![1]
  const check = (number: number, classic: string, open: string) => {
    expect(valueIn(writeText([family(number)]))).toBe(classic)
    expect(valueIn(writeOpenMetrics([family(number)]))).toBe(open)
  }
  check(-0, '0', '0.0')
  check(1e6, '1e+06', '1e+06')
  check(-0.0001, '-0.0001', '-0.0001')
  check(0.00001, '1e-05', '1e-05')
  check(999_999, '999999', '999999.0')
  check(-Infinity, '-Inf', '-Inf')
})

test('what is written in the text format is read back as it was', () => {
  fc.assert(
    fc.property(families, (written) => {
      expect(parseFamilies(writeText(written))).toEqual(written)
    }),
  )
})

test('scraping sees what was written, in both formats', () => {
  fc.assert(
    fc.property(families, (written) => {
      const wanted = written.flatMap(({ metrics }) => metrics.map(({ value }) => value))
      for (const format of ['text', 'openmetrics'] as const) {
        const body = format === 'text' ? writeText(written) : writeOpenMetrics(written)
        const cursor = createCursor(new TextEncoder().encode(body), format)
        const seen: number[] = []
        for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next()) {
          if (entry === Entry.series) seen.push(cursor.value)
        }
        expect(seen).toEqual(wanted)
      }
    }),
  )
})

test('a family without a name or a metric, or a metric without its value, is not written', () => {
  const check = (family: Partial<MetricFamily>, message: string) =>
    expect(() =>
      writeText([{ name: 'a', type: 'gauge', metrics: [{ labels: [], value: 1 }], ...family }]),
    ).toThrow(new UserError('exposition/write', message))
  check({ name: '' }, 'MetricFamily has no name')
  check({ metrics: [] }, 'MetricFamily has no metrics: a')
  check({ metrics: [{ labels: [] }] }, 'expected gauge in metric a')
  check({ type: 'histogram' }, 'expected histogram in metric a')
  check({ type: 'summary' }, 'expected summary in metric a')
})

test('an empty HELP is written, a missing one is not', () => {
  const metrics = [{ labels: ['a', 'b\n"\\'], value: 1e6 }]
  expect(writeText([{ name: 'm', type: 'gauge', help: '', metrics }])).toBe(
    '# HELP m \n# TYPE m gauge\nm{a="b\\n\\"\\\\"} 1e+06\n',
  )
  expect(writeText([{ name: 'm', type: 'info', metrics }])).toBe(
    '# TYPE m gauge\nm{a="b\\n\\"\\\\"} 1e+06\n',
  )
})
