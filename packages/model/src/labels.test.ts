import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareText, Labels, LabelsBuilder } from './labels.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 8 })
const anyLabels = fc
  .dictionary(anyText, anyText, { maxKeys: 5 })
  .map((object) => Labels.from(object))

test('texts are ordered as their UTF-8 bytes are', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      const wanted = Buffer.compare(Buffer.from(a), Buffer.from(b))
      expect(Math.sign(compareText(a, b))).toBe(wanted)
    }),
    {
      examples: [
        ['\uffff', '\u{10000}'],
        ['\ue000', '\u{10ffff}'],
        ['a', 'ab'],
        ['\ud7ff', '\ue000'],
      ],
    },
  )
})

test('keys are equal for equal sets and different for different ones', () => {
  fc.assert(
    fc.property(anyLabels, anyLabels, (a, b) => {
      expect(a.key === b.key).toBe(a.equals(b))
      expect(Labels.of([...a].reverse()).key).toBe(a.key)
    }),
  )
  const pairs = [
    { a: 'b\0c' },
    { a: 'b', c: '' },
    { a: 'b', 'c\0d': 'e' },
    { a: 'b\0c\0d\0e' },
    { a: 'b', c: 'd\0e' },
    {},
  ]
  const keys = pairs.map((one) => Labels.from(one as Record<string, string>).key)
  expect(new Set(keys).size).toBe(6)
  expect(new Labels(['', 'a']).key).not.toBe(new Labels([]).key)
})

test('labels are sorted, empty values left out, the last of equal names wins', () => {
  const labels = Labels.of([
    ['b', '1'],
    ['a', '2'],
    ['c', ''],
    ['b', '3'],
  ])
  expect(labels.flat).toEqual(['a', '2', 'b', '3'])
  expect(labels.get('c')).toBe('')
  expect(labels.has('c')).toBe(false)
  expect(labels.size).toBe(2)
  expect(new LabelsBuilder(labels).delete('a').set('d', 'x').labels().flat).toEqual([
    'b',
    '3',
    'd',
    'x',
  ])
})

test('names of the language are ordinary label names', () => {
  const labels = Labels.of([
    ['__proto__', '1'],
    ['constructor', '2'],
    ['toString', '3'],
  ])
  expect(JSON.stringify(labels.toObject())).toBe(
    '{"__proto__":"1","constructor":"2","toString":"3"}',
  )
  expect(Labels.EMPTY.get('constructor')).toBe('')
})

test('sets are picked and reduced by name', () => {
  const labels = Labels.from({ __name__: 'up', job: 'a', instance: 'b' })
  expect(labels.withoutName().flat).toEqual(['instance', 'b', 'job', 'a'])
  expect(labels.only(['job', 'none']).flat).toEqual(['job', 'a'])
  expect(labels.without(['job', 'none']).flat).toEqual(['__name__', 'up', 'instance', 'b'])
})

test('a metric with a name that is not legacy keeps it inside the braces, quoted', () => {
  expect(Labels.from({ __name__: 'http.requests', job: 'a' }).toMetric()).toBe(
    '{"http.requests", job="a"}',
  )
  expect(Labels.from({ __name__: 'http.requests' }).toMetric()).toBe('{"http.requests"}')
  expect(Labels.from({ __name__: 'up', 'a.b': 'a' }).toMetric()).toBe('up{"a.b"="a"}')
})
