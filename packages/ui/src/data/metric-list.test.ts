import { expect, test } from 'vitest'
import { indexMetrics, searchMetrics, typesOf } from './metric-list.ts'

const INDEX = indexMetrics(
  ['http_requests_total', 'latency_seconds_bucket', 'load', 'odd_count', 'constructor'],
  {
    http_requests_total: [{ type: 'counter', unit: '', help: 'Requests answered.' }],
    latency_seconds: [{ type: 'histogram', unit: 's', help: 'Time of requests.' }],
    load: [{ type: 'gauge', unit: '', help: 'Work that waits.' }],
    odd_count: [{ type: 'unknown', unit: '', help: '' }],
  },
)
const METRICS = INDEX.metrics

test('the parts of a histogram carry its type and help; what nobody described has none', () => {
  expect(METRICS.map(({ type }) => type)).toEqual(['counter', 'histogram', 'gauge', '', ''])
  expect(METRICS[1]?.help).toBe('Time of requests.')
})

test('names come before descriptions, and the type narrows both', () => {
  const found = (text: string, type?: string) =>
    searchMetrics(INDEX, text, type, 9).shown.map(({ name }) => name)
  expect(found('requests')).toEqual(['http_requests_total', 'latency_seconds_bucket'])
  expect(found('requests', 'histogram')).toEqual(['latency_seconds_bucket'])
  expect(found('latency time')).toEqual(['latency_seconds_bucket'])
  expect(found('')).toHaveLength(5)
  expect(found('nowhere')).toEqual([])
  const { shown, count } = searchMetrics(INDEX, 'requests', undefined, 1)
  expect([shown.map(({ name }) => name), count]).toEqual([['http_requests_total'], 2])
})

test('the types that occur are offered', () => {
  expect(typesOf([...METRICS, METRICS[2]!])).toEqual(['gauge', 'counter', 'histogram'])
})
