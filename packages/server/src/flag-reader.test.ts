import { expect, test } from 'vitest'
import { FlagReader } from './flag-reader.ts'
import { SERVER_FLAGS } from './server-flags.ts'

const reader = (values: Record<string, string[]>): FlagReader =>
  new FlagReader(SERVER_FLAGS, new Map(Object.entries(values)))

test('a flag that is not given has its standard value', () => {
  expect(reader({}).durationMs('storage.tsdb.retention.time')).toBe(15 * 24 * 3600_000)
  expect(reader({}).list('web.listen-address')).toEqual(['0.0.0.0:9090'])
  expect(reader({}).bool('web.enable-lifecycle')).toBe(false)
})

test('sizes are powers of two and want a unit', () => {
  const bytes = (text: string): number =>
    reader({ 'storage.tsdb.retention.size': [text] }).bytes('storage.tsdb.retention.size')
  expect(bytes('512MB')).toBe(512 * 2 ** 20)
  expect(bytes('1GiB')).toBe(2 ** 30)
  expect(bytes('0')).toBe(0)
  expect(() => bytes('512')).toThrow('--storage.tsdb.retention.size: wants a size with its unit')
})

test('a wrong value is refused when the flags are read, with what it wants and what it has', () => {
  expect(() => reader({ 'query.timeout': ['soon'] })).toThrow(
    '--query.timeout: wants a duration, for example 15s, 5m or 2h, has "soon"',
  )
  expect(() => reader({ 'log.level': ['loud'] })).toThrow(
    '--log.level: wants one of debug, info, warn, error, has "loud"',
  )
})

test('given flags without a component are named', () => {
  expect(reader({ 'web.page-title': ['x'], 'query.timeout': ['1m'] }).withoutEffect()).toEqual([
    'web.page-title',
  ])
})

test('no flag is in the table twice', () => {
  const names = SERVER_FLAGS.map((one) => one.name)
  expect(new Set(names).size).toBe(names.length)
})
