import { expect, test } from 'vitest'
import type { RuleGroup } from './api-types.ts'
import {
  draftOfRule,
  fieldsOf,
  groupYaml,
  namespaceOf,
  NEW_RULE,
  thresholdOf,
} from './rule-draft.ts'

const DRAFT = {
  ...NEW_RULE,
  name: 'Down',
  expr: 'up == 0',
  labels: 'team=web\nnothing\nzone = "a b"',
  summary: '{{ $labels.job }}: "x"',
}

test('a draft becomes the keys of a rule file, without what is empty', () => {
  expect(fieldsOf(DRAFT)).toEqual({
    alert: 'Down',
    expr: 'up == 0',
    for: '5m',
    labels: { severity: 'warning', team: 'web', zone: 'a b' },
    annotations: { summary: '{{ $labels.job }}: "x"' },
  })
  expect(fieldsOf({ ...NEW_RULE, name: 'A', expr: 'up', wait: '0s', severity: '' })).toEqual({
    alert: 'A',
    expr: 'up',
  })
})

const BASE = { health: 'ok', evaluationTime: 0, lastEvaluation: '' } as const
const GROUP: RuleGroup = {
  name: 'alerts',
  file: '/data/rules/ui.yml',
  interval: 60,
  evaluationTime: 0,
  lastEvaluation: '',
  rules: [
    { ...BASE, type: 'recording', name: 'a:b', query: 'sum(up)' },
    {
      ...BASE,
      type: 'alerting',
      name: 'Down',
      query: 'up == 1',
      state: 'inactive',
      duration: 300,
      labels: { on: 'yes' },
      annotations: {},
      alerts: [],
    },
  ],
}

test('a rule takes the place of the one it was, and the others of its group stay', () => {
  expect(groupYaml(GROUP, { ...DRAFT, name: 'Gone', labels: '' }, 'Down')).toBe(
    `name: "alerts"
interval: "1m"
rules:
  - record: "a:b"
    expr: "sum(up)"
  - alert: Gone
    expr: "up == 0"
    for: "5m"
    labels:
      severity: warning
    annotations:
      summary: "{{ $labels.job }}: \\"x\\""
`.replace('interval: "1m"', 'interval: 1m'),
  )
  expect(groupYaml(GROUP, DRAFT, 'Other')).toContain(
    '  - alert: Down\n    expr: "up == 1"\n    for: "5m"\n    labels:\n      "on": "yes"\n',
  )
  const rule = GROUP.rules[1]!
  expect(rule.type === 'alerting' && draftOfRule(rule, 'ui', 'alerts')).toMatchObject({
    wait: '5m',
    labels: 'on=yes',
    severity: '',
  })
})

test('only files of the directory can be edited', () => {
  expect(namespaceOf('/data/rules/ui.yml', '/data/rules')).toBe('ui')
  expect(namespaceOf('/etc/rules.yml', '/data/rules')).toBe(undefined)
  expect(namespaceOf('x.yml', '')).toBe(undefined)
})

test('the number that an expression is compared with is its threshold', () => {
  const check = (expr: string, left: string | undefined, value = 0) =>
    expect(thresholdOf(expr), expr).toEqual(left === undefined ? undefined : { expr: left, value })
  check('up == 0', 'up', 0)
  check('a / b > 0.9', 'a / b', 0.9)
  check('rate(x[5m]) >= 1e-3', 'rate(x[5m])', 0.001)
  check('a > b', undefined)
  check('up', undefined)
})
