import { expect, test } from 'vitest'
import { relabelSteps, ruleText } from './relabel-steps.ts'

const rule = { action: 'replace', source_labels: ['a'], regex: '(.*)', target_label: 'b' }

test('a step says which labels it added, changed and removed', () => {
  const [first, second, third] = relabelSteps(
    { a: '1', c: '3' },
    {
      steps: [
        { rule, output: { a: '1', b: '1', c: '3' }, keep: true },
        { rule, output: { a: '1', b: '1', c: '3' }, keep: true },
        { rule, output: { a: '2', b: '1' }, keep: true },
      ],
    },
  )
  expect(first!.changes).toEqual([{ name: 'b', before: undefined, after: '1' }])
  expect(second!.outcome).toBe('nothing')
  expect(third!.changes).toEqual([
    { name: 'a', before: '1', after: '2' },
    { name: 'c', before: '3', after: undefined },
  ])
})

test('the rule that drops a target is the last that did something', () => {
  const steps = relabelSteps(
    { a: '1' },
    {
      steps: [
        { rule, output: { a: '1', b: '1' }, keep: true },
        { rule: { action: 'drop' }, output: {}, keep: false },
        { rule, output: {}, keep: false },
      ],
    },
  )
  expect(steps.map(({ outcome }) => outcome)).toEqual(['changed', 'dropped', 'skipped'])
})

test('a rule is one line without its defaults', () => {
  expect(ruleText({ ...rule, separator: ';', replacement: '$1' })).toBe('replace [a] → b')
  expect(
    ruleText({ action: 'keep', source_labels: ['a', 'b'], separator: '-', regex: 'x-(y|z)' }),
  ).toBe('keep [a, b] "-" =~ x-(y|z)')
  expect(ruleText({ ...rule, regex: '(.+):.*', replacement: '$1:80' })).toBe(
    'replace [a] =~ (.+):.* → b = $1:80',
  )
  expect(
    ruleText({ action: 'hashmod', source_labels: ['a'], modulus: 4, target_label: 'shard' }),
  ).toBe('hashmod [a] mod 4 → shard')
  expect(ruleText({ action: 'labelmap', regex: '__meta_(.+)', replacement: '$1' })).toBe(
    'labelmap =~ __meta_(.+) → $1',
  )
  expect(ruleText({ action: 'labeldrop', regex: 'tmp_.*' })).toBe('labeldrop =~ tmp_.*')
})
