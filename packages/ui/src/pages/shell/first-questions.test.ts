import { expect, test } from 'vitest'
import { firstQuestions } from './first-questions.ts'

const asked = (path: string, search = '', isAgent = false) =>
  firstQuestions({ path, search, baseUri: 'http://here/pharos/', isAgent }, 3_600_000).map(
    ({ pathname, search: query }) => pathname + query,
  )

test('a page asks below the base path, and counts the alerts beside it', () => {
  expect(asked('/targets')).toEqual(['/pharos/api/v1/targets/columns', '/pharos/api/v1/alerts'])
  expect(asked('/silences')[0]).toBe('/pharos/api/v2/silences')
  expect(asked('/targets', '', true)).toEqual(['/pharos/api/v1/targets/columns'])
  expect(asked('/constructor')).toEqual(['/pharos/api/v1/alerts'])
})

test('a link to queries asks what its panels show, at the end that they name', () => {
  const search = 'g0.expr=up&g0.tab=graph&g0.range_input=5m&g1.expr=a%2Bb&g1.end_input=1970-01-01'
  expect(asked('/query', `${search}&g2.expr=&g3.expr=x&g3.tab=explain`)).toEqual([
    '/pharos/api/v1/query_range?query=up&start=3300.000&end=3600.000&step=1',
    '/pharos/api/v1/query?query=a%2Bb&time=0.000',
    '/pharos/api/v1/alerts',
  ])
})

test('a query too long for an address waits for the page', () => {
  expect(asked('/query', `g0.expr=${'x'.repeat(2000)}`)).toEqual(['/pharos/api/v1/alerts'])
})

test('a dashboard is asked by its uid', () => {
  expect(asked('/d/a%20b/name')).toEqual([
    '/pharos/api/dashboards/uid/a%20b',
    '/pharos/api/v1/status/config',
    '/pharos/api/v1/alerts',
  ])
  expect(asked('/d/%zz')[0]).toBe('/pharos/api/dashboards/uid/%25zz')
  expect(asked('/alerts', '?view=groups')).toEqual(['/pharos/api/v1/alerts'])
})
