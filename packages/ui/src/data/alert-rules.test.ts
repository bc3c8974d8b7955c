import { expect, test } from 'vitest'
import { alertValue, filterAlertRules, indexAlertRules } from './alert-rules.ts'
import { firingCount } from './firing-count.ts'
import type { ActiveAlert, AlertingRule, AlertState, RuleGroup } from './api-types.ts'

function alert(state: 'firing' | 'pending', instance: string, activeAt = ''): ActiveAlert {
  return { state, labels: { instance }, annotations: {}, activeAt, value: '1e+00' }
}

function rule(name: string, state: AlertState, alerts: ActiveAlert[] = []): AlertingRule {
  return {
    type: 'alerting',
    name,
    state,
    alerts,
    query: 'up == 0',
    duration: 0,
    annotations: { summary: `Text of ${name}` },
    health: 'ok',
    evaluationTime: 0,
    lastEvaluation: '',
  }
}

function group(...rules: RuleGroup['rules']): RuleGroup {
  return { name: 'g', file: 'f.yml', rules, interval: 15, evaluationTime: 0, lastEvaluation: '' }
}

const names = (entries: readonly { rule: AlertingRule }[]) =>
  entries.map((entry) => entry.rule.name)

test('firing comes before pending, a failing rule before a quiet one', () => {
  const broken = { ...rule('Broken', 'inactive'), health: 'err' as const }
  const { entries } = indexAlertRules([
    group(rule('Quiet', 'inactive'), broken, rule('Soon', 'pending')),
    group(rule('New', 'unknown'), rule('Down', 'firing')),
  ])
  expect(names(entries)).toEqual(['Down', 'Soon', 'Broken', 'New', 'Quiet'])
})

test('recording rules are no alerts, and rules of one name stay apart', () => {
  const recording = {
    type: 'recording',
    name: 'r',
    query: '1',
    health: 'ok',
    evaluationTime: 0,
    lastEvaluation: '',
  } as const
  const { entries } = indexAlertRules([group(recording, rule('A', 'firing'), rule('A', 'firing'))])
  expect(new Set(entries.map(({ key }) => key)).size).toBe(2)
})

test('within a rule the firing and the oldest alerts come first', () => {
  const alerts = [
    alert('pending', 'p', '1'),
    alert('firing', 'new', '3'),
    alert('firing', 'old', '2'),
  ]
  const entry = indexAlertRules([group(rule('A', 'firing', alerts))]).entries[0]!
  expect(entry.alerts.map(({ labels }) => labels['instance'])).toEqual(['old', 'new', 'p'])
  expect([entry.firing, entry.pending]).toEqual([2, 1])
})

test('a word of one alert leaves that alert, a word of the rule leaves all', () => {
  const index = indexAlertRules([
    group(rule('Down', 'firing', [alert('firing', 'a:1'), alert('firing', 'b:2')])),
  ])
  const found = (text: string) =>
    filterAlertRules(index, { state: undefined, text }).map(({ alerts }) => alerts.length)
  expect(found('')).toEqual([2])
  expect(found('DOWN text')).toEqual([2])
  expect(found('down instance=a:1')).toEqual([1])
  expect(found('nothing')).toEqual([])
  expect(filterAlertRules(index, { state: 'pending', text: '' })).toEqual([])
})

test('values of alerts are read from the exponent form, others are kept', () => {
  expect(alertValue('3.857181249999981e-01')).toBe('0.386')
  expect(alertValue('+Inf')).toBe('+Inf')
  expect(firingCount([alert('firing', 'a'), alert('pending', 'b')])).toBe(1)
})
