import { expect, test } from 'vitest'
import { builtInDashboards, demoDashboard } from '@pharos/dashboards/builtin'
import { lintDashboard } from './dashboard-lint.ts'

const withQuery = (expr: string, more: object = {}) => ({
  title: 'x',
  schemaVersion: 41,
  panels: [{ id: 4, type: 'stat', title: 'CPU', targets: [{ refId: 'A', expr }] }],
  ...more,
})

test('what is shipped has nothing to be told of', () => {
  for (const text of [...builtInDashboards(), demoDashboard()])
    expect(lintDashboard(JSON.parse(text))).toEqual([])
})

test('unknown variables, queries that do not parse and what is no dashboard are found', () => {
  const check = (json: unknown, ...wanted: string[]) =>
    expect(lintDashboard(json).map(({ path, message }) => `${path}: ${message}`)).toEqual(wanted)
  check(withQuery('rate(up[$__rate_interval])'))
  check(
    withQuery('up{a="$job", b=~"${host:regex}"}'),
    'panel 4 "CPU", query A: no variable is called job',
    'panel 4 "CPU", query A: no variable is called host',
  )
  const templating = { list: [{ name: 'job', type: 'custom', query: 'a,b' }] }
  check(withQuery('up{a="$job"} + label_replace(up, "a", "$1", "b", "(.*)")', { templating }))
  const [finding] = lintDashboard(withQuery('sum(up'))
  expect(finding).toMatchObject({ path: 'panel 4 "CPU", query A' })
  expect(finding!.message).toMatch(/parse error/)
  expect(lintDashboard([1])[0]!.message).toMatch(/no dashboard/)
})
