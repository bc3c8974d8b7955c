import { expect, test } from 'vitest'
import { SimClock } from '../sim/sim-clock.ts'
import { createLogger } from './logger.ts'

function logged(format: 'logfmt' | 'json', level: 'debug' | 'info' | 'warn' | 'error' = 'info') {
  const lines: string[] = []
  const clock = new SimClock(1_767_225_600_000)
  return { lines, log: createLogger({ level, format, clock, write: (line) => lines.push(line) }) }
}

test('a line has the reference shape', () => {
  const { lines, log } = logged('logfmt')
  log.component('scrape manager').info('Reloading', { pools: 3, ok: true, none: undefined })
  log.warn('two words', { err: 'a "quoted" = text', file: 'a.yml', empty: '' })
  expect(lines).toEqual([
    'time=2026-01-01T00:00:00.000Z level=INFO msg=Reloading component="scrape manager" pools=3 ok=true\n',
    'time=2026-01-01T00:00:00.000Z level=WARN msg="two words" err="a \\"quoted\\" = text" file=a.yml empty=""\n',
  ])
})

test('JSON lines have the same keys', () => {
  const { lines, log } = logged('json')
  log.component('tsdb').error('it broke', { count: 1, ratio: NaN })
  expect(lines).toEqual([
    '{"time":"2026-01-01T00:00:00.000Z","level":"ERROR","msg":"it broke","component":"tsdb","count":1,"ratio":"NaN"}\n',
  ])
})

test('lines below the level are dropped', () => {
  const { lines, log } = logged('logfmt', 'warn')
  log.debug('a')
  log.info('b')
  log.component('x').info('c')
  log.warn('d')
  log.error('e')
  expect(lines.length).toBe(2)
})

test('a stranger cannot start a new line, colour the terminal or flood it', () => {
  const { lines, log } = logged('logfmt')
  log.info('x\nlevel=ERROR msg=forged', { value: '\u001b[31mred\u009b', long: 'y'.repeat(50_000) })
  expect(lines[0]!.trimEnd()).not.toContain('\n')
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  expect(lines[0]).not.toMatch(/[\u001b\u009b]/)
  expect(lines[0]!.length).toBeLessThan(11_000)
})
