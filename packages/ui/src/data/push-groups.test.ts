import { expect, test } from 'vitest'
import { groupPath, pushGroupsOf } from './push-groups.ts'

const STAMP = { time_stamp: '2026-01-02T03:04:05Z', type: 'GAUGE' }

test('a group keeps its metrics, whatever they are called, and loses the two of the gateway', () => {
  const [group] = pushGroupsOf([
    {
      labels: { job: 'a', instance: '' },
      last_push_successful: true,
      ttl_seconds: '90',
      push_time_seconds: { ...STAMP, metrics: [{ labels: {}, value: '1.7e+09' }] },
      push_failure_time_seconds: { ...STAMP, metrics: [{ labels: {}, value: '0' }] },
      labels_total: { ...STAMP, type: 'COUNTER', metrics: [{ labels: { x: '1' }, value: '5' }] },
      lat: { ...STAMP, type: 'HISTOGRAM', metrics: [{ labels: {}, count: '4', sum: '2.5' }] },
    },
  ])
  expect(group!.families.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'labels_total counter',
    'lat histogram',
  ])
  expect(group!.families[1]!.metrics[0]!.text).toBe('Σ 2.5 · n 4')
  expect([group!.pushedMs, group!.failedMs, group!.ttlSeconds]).toEqual([1.7e12, undefined, 90])
})

test('refused groups come first, then the newest', () => {
  const group = (job: string, taken: boolean, value: string) => ({
    labels: { job },
    last_push_successful: taken,
    push_time_seconds: { ...STAMP, metrics: [{ labels: {}, value }] },
  })
  const groups = pushGroupsOf([
    group('old', true, '1'),
    group('new', true, '5'),
    group('bad', false, '2'),
  ])
  expect(groups.map(({ labels }) => labels['job'])).toEqual(['bad', 'new', 'old'])
})

test('the path of a group holds every value', () => {
  expect(groupPath({ instance: '', job: 'a b', path: '/var', zone: 'eu-1' })).toBe(
    'job@base64/YSBi/instance@base64/=/path@base64/L3Zhcg/zone/eu-1',
  )
  expect(groupPath({ job: '..' })).toBe('job@base64/Li4')
})
