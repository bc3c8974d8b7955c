import { expect, test } from 'vitest'
import { type ExplainNode, fixOf, lostLabels, selfPercent } from './explain.ts'

const node = (more: Partial<ExplainNode>): ExplainNode => ({
  type: 'call',
  name: '',
  text: '',
  series: 1,
  samples: 0,
  totalSeconds: 0,
  selfSeconds: 0,
  evaluations: 1,
  labels: {},
  children: [],
  ...more,
})

test('labels are lost where an operand has them and the result does not, through ranges that have none', () => {
  const selector = node({ labels: { job: 1, instance: 3 } })
  const range = node({ evaluations: 0, series: 0, children: [selector] })
  const rate = node({ labels: { job: 1, instance: 3 }, children: [range] })
  expect(lostLabels(rate)).toEqual([])
  expect(lostLabels(node({ labels: { job: 1 }, children: [rate] }))).toEqual(['instance'])
  expect(lostLabels(node({ series: 0, children: [rate] }))).toEqual([])
})

test('the share of an operator is that of its own time', () => {
  const root = node({ totalSeconds: 4, selfSeconds: 1 })
  expect(selfPercent(root, root)).toBe(25)
  expect(selfPercent(node({}), node({}))).toBe(0)
})

test('a rate of a gauge is mended, counted in bytes', () => {
  const query = 'label_replace(up, "城", "", "", "") + rate(node_load1[1m])'
  const start = new TextEncoder().encode(query).length - 'rate(node_load1[1m])'.length
  const finding = { message: '', position: { start, end: start + 20 } }
  expect(fixOf({ ...finding, code: 'not-a-counter' }, query)).toEqual({
    part: 'deriv(node_load1[1m])',
    query: 'label_replace(up, "城", "", "", "") + deriv(node_load1[1m])',
  })
  expect(fixOf({ ...finding, code: 'rate-of-rate' }, query)).toBeUndefined()
  expect(
    fixOf({ ...finding, code: 'not-a-counter', position: { start: 0, end: 35 } }, query),
  ).toBeUndefined()
})
