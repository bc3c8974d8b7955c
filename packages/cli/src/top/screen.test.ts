import { expect, test } from 'vitest'
import { screenOf, type ScreenSettings } from './screen.ts'
import type { ServerFacts } from './server-facts.ts'

const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 0)

const FACTS: ServerFacts = {
  version: '3.14.0',
  targets: { up: 11, down: 1, unknown: 2 },
  series: 12_345,
  numbers: new Map([
    ['samples', 823.4],
    ['cpu', 0.0312],
    ['memory', 163_000_000],
  ]),
  down: [{ pool: 'node', url: 'http://a:9100/metrics', error: 'connect ECONNREFUSED\u001b[2J' }],
  firing: [{ labels: { alertname: 'Down', job: 'node' }, sinceMs: NOW_MS - 90_000 }],
  pending: 3,
  largestMetrics: [
    { name: 'node_cpu_seconds_total', value: 1280 },
    { name: 'up', value: 14 },
    { name: 'x', value: 1 },
  ],
  slowest: [{ pool: 'slow', url: 'http://b/metrics', seconds: 0.8125 }],
}

const SETTINGS: ScreenSettings = {
  server: 'http://localhost:9090',
  nowMs: NOW_MS,
  columns: 80,
  rows: 2,
  hasColors: false,
}

test('a screen says how a server is, and what came from outside cannot write on the rest of it', () => {
  expect(screenOf(FACTS, SETTINGS).split('\n')).toEqual([
    'http://localhost:9090  3.14.0  2026-11-29 12:00:00',
    'targets 11 up, 1 down, 2 not asked yet   series 12,345   samples/s 823   CPU 3.1',
    '',
    'DOWN (1)',
    'node  http://a:9100/metrics  connect ECONNREFUSED\u{fffd}[2J',
    '',
    'FIRING (1, 3 pending)',
    'Down  1m30s  job="node"',
    '',
    'MOST SERIES',
    '    1,280  node_cpu_seconds_total',
    '       14  up',
    'and 1 more',
    '',
    'SLOWEST SCRAPES',
    '    812.5 ms  slow  http://b/metrics',
    '',
  ])
})

test('colours are put around words, and take no room', () => {
  const [, summary] = screenOf(FACTS, { ...SETTINGS, hasColors: true }).split('\n')
  expect(summary).toContain('\u001b[32mtargets 11 up\u001b[0m\u001b[31m, 1 down\u001b[0m')
  const codes = ['32', '31', '0'].map((code) => `\u001b[${code}m`)
  const bare = codes.reduce((text, code) => text.replaceAll(code, ''), summary!)
  expect(bare.length).toBe(80)
})
