import { expect, test } from 'vitest'
import { lintMetrics } from './index.ts'

function textsOf(type: string, ...lines: string[]): string[] {
  const name = /^[a-zA-Z0-9_:]+/.exec(lines[0] ?? '')?.[0] ?? ''
  const body = `# HELP ${name} Help.\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`
  return lintMetrics(body).map(({ text }) => text)
}

test('a type has no place in a name', () => {
  const check = (type: string, name: string, wanted: string[]) =>
    expect(textsOf(type, `${name} 1`), name).toEqual(wanted)
  check('gauge', 'a_gauge_x', ["metric name should not include type 'gauge'"])
  check('gauge', 'a_gauge', ["metric name should not include type 'gauge'"])
  check('gauge', 'gauge_a', [])
  check('gauge', 'a_counter', [])
  check('untyped', 'a_untyped', [])
  check('counter', 'instance_memory_limit_counter_total', [
    "metric name should not include type 'counter'",
  ])
})

test('units are written out', () => {
  expect(textsOf('gauge', 'duration_ms 1')).toEqual([
    'metric names should not contain abbreviated units',
  ])
  expect(textsOf('gauge', 'duration_mseconds 1')).toEqual([])
  expect(textsOf('gauge', 'a_kilobytes 1')).toEqual([
    'use base unit "bytes" instead of "kilobytes"',
  ])
})

test('a label set that stands twice is reported', () => {
  expect(textsOf('gauge', 'a{b="1",c="2"} 1', 'a{c="2",b="1"} 1')).toEqual(['metric not unique'])
  expect(textsOf('gauge', 'a{b="1"} 1', 'a{b="2"} 1')).toEqual([])
})

test('a body that cannot be read is an error, not a problem', () => {
  expect(() => lintMetrics('a 1')).toThrow('text format parsing error in line 1')
})
