import { Labels } from '@pharos/model'
import type { TargetStatus } from '@pharos/scrape'
import { expect, test } from 'vitest'
import { targetColumnsJson } from './target-columns.ts'

function target(change: Partial<TargetStatus>): TargetStatus {
  return {
    scrapePool: 'node',
    discoveredLabels: Labels.from({ __address__: 'a:1', __meta_zone: 'x' }),
    labels: Labels.EMPTY,
    scrapeUrl: 'http://a:1/metrics',
    health: 'unknown',
    lastError: '',
    offendingSeries: '',
    quarantine: undefined,
    lastScrapeMs: undefined,
    lastScrapeDurationMs: 0,
    scrapeIntervalMs: 15_000,
    scrapeTimeoutMs: 10_000,
    samplesScraped: 0,
    ...change,
  }
}

test('a pool is columns of one length, with a gap where a target lacks a label', () => {
  const active = [
    target({ labels: Labels.from({ job: 'node', zone: 'b' }) }),
    target({
      labels: Labels.from({ instance: 'b:1', job: 'node' }),
      scrapeUrl: 'http://b:1/metrics',
      health: 'down',
      lastError: 'status <503>',
      lastScrapeMs: 1_435_781_451_781,
      lastScrapeDurationMs: 4.123456789,
    }),
  ]
  const json = targetColumnsJson({ name: 'node', active, dropped: [], droppedCount: 0 })
  expect(JSON.parse(json)).toEqual({
    name: 'node',
    labelNames: ['instance', 'job', 'zone'],
    labels: [
      ['', 'b:1'],
      ['node', 'node'],
      ['b', ''],
    ],
    scrapeUrl: ['http://a:1/metrics', 'http://b:1/metrics'],
    health: ['unknown', 'down'],
    lastError: { 1: 'status <503>' },
    lastScrapeMs: [null, 1_435_781_451_781],
    lastScrapeDurationMs: [0, 4.123],
  })
  expect(json).not.toContain('<')
})
