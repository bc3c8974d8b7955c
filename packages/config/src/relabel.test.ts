import { Labels } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileRelabelRule, relabel } from './relabel.ts'
import type { RelabelInput } from './relabel-rule.ts'
import { readRelabelRules } from './relabel-section.ts'

const labels = Labels.from({ __address__: 'a:80', job: 'node', env: 'Prod' })

function result(input: RelabelInput, from: Labels = labels): Record<string, string> | undefined {
  return compileRelabelRule(input).apply(from)?.toObject()
}

test('labels may have any name and be set, replaced and removed in place', () => {
  const check = (input: RelabelInput, changed: Record<string, string>): void => {
    const wanted = Labels.of([...labels, ...Object.entries(changed)])
    expect(result(input)).toEqual(wanted.toObject())
  }
  check({ sourceLabels: ['job'], targetLabel: 'instance' }, { instance: 'node' })
  check({ targetLabel: 'job', replacement: '' }, { job: '' })
  check({ sourceLabels: ['none'], targetLabel: 'job' }, { job: '' })
  check({ targetLabel: '作業.名', replacement: 'ü' }, { '作業.名': 'ü' })
  expect(
    compileRelabelRule({ targetLabel: '__proto__', replacement: 'p' })
      .apply(labels)!
      .get('__proto__'),
  ).toBe('p')
  check({ sourceLabels: ['env'], regex: 'prod', targetLabel: 'x' }, {})
  check(
    { sourceLabels: ['env'], regex: '(?i)prod', targetLabel: 'x', replacement: 'y' },
    { x: 'y' },
  )
})

test('a rule that changes nothing gives the very same labels', () => {
  const same = (input: RelabelInput): void => {
    expect(compileRelabelRule(input).apply(labels), JSON.stringify(input)).toBe(labels)
  }
  same({ sourceLabels: ['job'], targetLabel: 'job' })
  same({ action: 'labeldrop', regex: 'nothing' })
  same({ action: 'labelmap', regex: 'nothing' })
  same({ action: 'keep', sourceLabels: ['job'], regex: 'node' })
  same({ targetLabel: 'absent', replacement: '' })
})

test('case is changed letter by letter, as the reference does it', () => {
  const check = (text: string, upper: string, lower: string): void => {
    const from = Labels.from({ a: text })
    const to = (action: 'uppercase' | 'lowercase'): unknown =>
      result({ action, sourceLabels: ['a'], targetLabel: 'b' }, from)?.['b']
    expect([to('uppercase'), to('lowercase')], text).toEqual([upper, lower])
  }
  check('aBc', 'ABC', 'abc')
  check('straße', 'STRAßE', 'straße')
  check('ΑΣ', 'ΑΣ', 'ας'.replace('ς', 'σ'))
  check('İI', 'İI', 'ii')
  check('𐐨', '𐐀', '𐐨')
})

test('hashmod spreads over all shards and stays the same', () => {
  const rule = compileRelabelRule({
    action: 'hashmod',
    sourceLabels: ['__address__'],
    modulus: 4,
    targetLabel: 'shard',
  })
  const seen = new Set<string>()
  for (let i = 0; i < 64; i++)
    seen.add(rule.apply(Labels.from({ __address__: `host${i}:9100` }))!.get('shard'))
  expect([...seen].sort()).toEqual(['0', '1', '2', '3'])
})

test('the short way for copying and setting equals the way through the regex', () => {
  const value = fc.string({ unit: 'grapheme', maxLength: 12 })
  fc.assert(
    fc.property(value, value, fc.constantFrom('$1', 'fixed', ''), (a, b, replacement) => {
      const from = Labels.from({ a, b })
      const base = { sourceLabels: ['a', 'b'], separator: '-', targetLabel: 'c', replacement }
      // The group is the same, only written differently.
      const short = compileRelabelRule(base).apply(from)
      const long = compileRelabelRule({ ...base, regex: '((?:.*))' }).apply(from)
      expect(short!.key).toBe(long!.key)
    }),
  )
})

test('results are sorted and have no empty values, whatever the rules', () => {
  const name = fc.constantFrom('a', 'b', 'c', '_x', 'ü', '__address__')
  const rule = fc.record({
    sourceLabels: fc.array(name, { maxLength: 2 }),
    targetLabel: fc.oneof(name, fc.constant('${1}')),
    replacement: fc.constantFrom('$1', '', 'x', '${1}y'),
    regex: fc.constantFrom(undefined, '(.).*', 'x'),
  })
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.string()),
      fc.array(rule, { maxLength: 6 }),
      (from, rules) => {
        const end = relabel(
          Labels.from(from),
          rules.map((one) => compileRelabelRule(one)),
        )!
        expect(end.key).toBe(Labels.of(end).key)
      },
    ),
  )
})

test('rules stop at the first that drops', () => {
  const drop = compileRelabelRule({ action: 'drop', sourceLabels: ['job'], regex: 'node' })
  const never = compileRelabelRule({ targetLabel: 'x', replacement: 'y' })
  expect(relabel(labels, [drop, never])).toBeUndefined()
})

test('rules read from YAML carry what they were written with', () => {
  const { rules } = readRelabelRules(
    '- {source_labels: [a], regex: 1, target_label: b}\n- action: Keep\n',
    {
      file: 'rules.yml',
    },
  )
  expect(rules[0]).toMatchObject({
    regex: '1',
    sourceLabels: ['a'],
    action: 'replace',
    replacement: '$1',
  })
  expect(rules[1]).toMatchObject({ regex: '(.*)', action: 'keep' })
})
