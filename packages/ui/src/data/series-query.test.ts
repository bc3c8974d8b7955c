import { expect, test } from 'vitest'
import { queryOfSeries } from './series-query.ts'

test.each([
  ['a stored series', 'rate(x[5m])', { __name__: 'up', job: 'a' }, 'up{job="a"}'],
  [
    'a computed one',
    'sum by (job) (rate(x{code="200"}[5m]))',
    { job: 'a"b' },
    'sum by (job) (rate(x{code="200",job="a\\"b"}[5m]))',
  ],
  ['all selectors', 'x / on (job) y{job=~".+"}', { job: 'a' }, 'x{job="a"} / on (job) y{job="a"}'],
  ['no labels', 'sum(x)', {}, 'sum(x)'],
  ['what only the server can read', 'x @@ y', { job: 'a' }, 'x @@ y'],
])('%s', (_, expr, labels, query) => {
  expect(queryOfSeries(expr, labels)).toBe(query)
})
