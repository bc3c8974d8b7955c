import { expect, test } from 'vitest'
import type { RuleGroup } from './api-types.ts'
import { type AnyRule, indexRuleGroups, type RuleFilter, shownGroups } from './rule-groups.ts'

function rule(name: string, more: Partial<AnyRule> = {}): AnyRule {
  return {
    type: 'recording',
    name,
    query: `sum(${name})`,
    health: 'ok',
    evaluationTime: 0,
    lastEvaluation: '',
    ...more,
  } as AnyRule
}

function group(name: string, rules: AnyRule[], evaluationTime = 1): RuleGroup {
  return { name, file: 'f.yml', rules, interval: 15, evaluationTime, lastEvaluation: '' }
}

const ALL: RuleFilter = { kind: undefined, onlyFailing: false, text: '' }
const INDEX = indexRuleGroups([
  group('fine', [rule('a'), rule('b', { type: 'alerting', annotations: { summary: 'hot' } })]),
  group('broken', [rule('c'), rule('d', { health: 'err', lastError: 'no match' })], 20),
])

function found(more: Partial<RuleFilter>): string[] {
  return shownGroups(INDEX, { ...ALL, ...more }).flatMap(({ rules }) => rules.map((r) => r.name))
}

test('groups with failing rules come first, the others keep their order', () => {
  expect(shownGroups(INDEX, ALL).map(({ group: { name } }) => name)).toEqual(['broken', 'fine'])
})

test('a group that takes longer than its interval is slow', () => {
  expect(shownGroups(INDEX, ALL).map(({ isSlow }) => isSlow)).toEqual([true, false])
})

test('kind, health and words narrow the list; a group without a match is gone', () => {
  expect(found({ kind: 'alerting' })).toEqual(['b'])
  expect(found({ onlyFailing: true })).toEqual(['d'])
  expect(found({ text: 'fine SUM(a)' })).toEqual(['a'])
  expect(found({ text: 'hot' })).toEqual(['b'])
  expect(found({ text: 'no match' })).toEqual(['d'])
  expect(found({ text: 'nowhere' })).toEqual([])
})
