import { UserError } from '@pharos/base'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCursor, Entry, type BodyFormat } from './index.ts'

interface Line {
  readonly labels: string
  readonly value: number
  readonly timestampMs: number | undefined
}

function seriesOf(text: string, format: BodyFormat): Line[] {
  const cursor = createCursor(new TextEncoder().encode(text), format)
  const lines: Line[] = []
  for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next()) {
    if (entry !== Entry.series) continue
    lines.push({
      labels: JSON.stringify(cursor.labels().toObject()),
      value: cursor.value,
      timestampMs: cursor.hasTimestamp ? cursor.timestampMs : undefined,
    })
  }
  return lines
}

test('a series is its labels, its number and its time', () => {
  expect(seriesOf('a{b="c",} 1.5 1000\nd 2', 'text')).toEqual([
    { labels: '{"__name__":"a","b":"c"}', value: 1.5, timestampMs: 1000 },
    { labels: '{"__name__":"d"}', value: 2, timestampMs: undefined },
  ])
  expect(seriesOf('a{b="c"} 1.5 1.25\n# EOF\n', 'openmetrics')).toEqual([
    { labels: '{"__name__":"a","b":"c"}', value: 1.5, timestampMs: 1250 },
  ])
})

test('names of object prototypes are ordinary names', () => {
  expect(seriesOf('constructor{__proto__="toString"} 1\n', 'text')[0]?.labels).toBe(
    '{"__name__":"constructor","__proto__":"toString"}',
  )
})

test('labels are sorted, empty values left out and escapes undone', () => {
  const [line] = seriesOf('m{z="",b="\\\\ \\" \\n \\x",a="é"} 0\n', 'text')
  expect(line?.labels).toBe('{"__name__":"m","a":"é","b":"\\\\ \\" \\n \\\\x"}')
})

test('le and quantile take their canonical form under their own type only', () => {
  const check = (type: string, label: string, value: string, wanted: string) => {
    const body = new TextEncoder().encode(`# TYPE m ${type}\nm{${label}="${value}"} 1\n`)
    const cursor = createCursor(body, 'text')
    while (cursor.next() !== Entry.series) continue
    expect(cursor.labels().get(label), `${type} ${label} ${value}`).toBe(wanted)
  }
  check('histogram', 'le', '1', '1.0')
  check('histogram', 'le', '+Inf', '+Inf')
  check('histogram', 'le', '1000000', '1e+06')
  check('histogram', 'le', '.005', '0.005')
  check('histogram', 'le', 'soon', 'soon')
  check('histogram', 'quantile', '1', '1')
  check('summary', 'quantile', '1', '1.0')
  check('gauge', 'le', '1', '1')
})

test('a label that stands twice and a name that is no UTF-8 fail the scrape', () => {
  const check = (body: Uint8Array, message: string) => {
    const cursor = createCursor(body, 'text')
    expect(cursor.next()).toBe(Entry.series)
    expect(() => cursor.labels()).toThrow(new UserError('exposition/parse', message))
  }
  const bytes = (text: string) => new TextEncoder().encode(text)
  check(bytes('a{b="1",b="2"} 1'), 'label name "b" is not unique: invalid sample')
  check(bytes('a{__name__="b"} 1'), 'label name "__name__" is not unique: invalid sample')
  check(
    Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d, 0x31),
    'invalid metric name or label names: "\ufffd"',
  )
})

test('after an error the cursor is at its end', () => {
  const cursor = createCursor(new TextEncoder().encode('a 1\nb x\nc 3\n'), 'text')
  expect(cursor.next()).toBe(Entry.series)
  expect(() => cursor.next()).toThrow('strconv.ParseFloat: parsing "x": invalid syntax')
  expect(cursor.next()).toBe(Entry.end)
  const strict = createCursor(new TextEncoder().encode('a 1\n'), 'openmetrics')
  expect(strict.next()).toBe(Entry.series)
  expect(() => strict.next()).toThrow('data does not end with # EOF')
  expect(strict.next()).toBe(Entry.end)
})

test('numbers are read to the last bit', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const text = Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
      const written = Object.is(value, -0) ? '-0' : text
      expect(seriesOf(`a ${written}`, 'text')[0]?.value).toBe(value)
    }),
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999_999_999 }),
      fc.integer({ min: -30, max: 30 }),
      (m, e) => {
        expect(seriesOf(`a ${m}e${e}`, 'text')[0]?.value).toBe(Number(`${m}e${e}`))
      },
    ),
  )
})

test('numbers that overflow or are written in another base are refused', () => {
  const check = (number: string, message: string) =>
    expect(() => seriesOf(`a ${number}`, 'text'), number).toThrow(message)
  check('1e999', 'strconv.ParseFloat: parsing "1e999": value out of range')
  check('0x10', 'strconv.ParseFloat: parsing "0x10": invalid syntax')
  check('1_000', 'unsupported character in float')
  check('--1', 'invalid syntax')
  check('1e', 'invalid syntax')
  check('.', 'invalid syntax')
  check(
    '1 99999999999999999999',
    'strconv.ParseInt: parsing "99999999999999999999": value out of range',
  )
})

test('any bytes end in entries or a parse error, never in anything else', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          'a',
          '{',
          '}',
          '"',
          '=',
          ',',
          ' ',
          '#',
          '\n',
          '\\',
          '1',
          '\0',
          '# EOF',
          'HELP ',
          'é',
        ),
      )
      .map((parts) => new TextEncoder().encode(parts.join(''))),
  )
  fc.assert(
    fc.property(
      bytes,
      fc.constantFrom<BodyFormat>('text', 'openmetrics', 'protobuf'),
      (body, format) => {
        const cursor = createCursor(body, format)
        let steps = 0
        try {
          while (cursor.next() !== Entry.end && steps++ < 200) continue
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError)
        }
        expect(steps).toBeLessThan(200)
      },
    ),
    { numRuns: 2000 },
  )
})
