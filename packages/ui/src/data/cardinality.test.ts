import { expect, test } from 'vitest'
import { deletionForm, drillPath, drillQuery } from './cardinality.ts'

test('each row of the statistics leads to what is behind it', () => {
  const check = (...[statistic, name, query]: [...Parameters<typeof drillQuery>, string]) =>
    expect(drillQuery(statistic, name)).toBe(query)
  check('metric', 'up', 'count by (job, instance) (up)')
  check('metric', 'a.b', 'count by (job, instance) ({"a.b"})')
  check('label', 'le', 'topk(50, count by (le) ({le!=""}))')
  check('memory', 'a.b', 'topk(50, count by ("a.b") ({"a.b"!=""}))')
  check('pair', 'path=/a="b"', 'topk(50, count by (__name__) ({path="/a=\\"b\\""}))')
  expect(drillPath('metric', 'up')).toMatch(/^\/query\?g0\.expr=count.*g0\.tab=table/)
})

test('a deletion without times is one of all times', () => {
  expect(deletionForm('up{a="b"}', '', '')).toBe('match%5B%5D=up%7Ba%3D%22b%22%7D')
  const form = new URLSearchParams(deletionForm('up', '2026-01-02T03:04', '2026-01-02T04:04'))
  expect(new Date(form.get('end')!).getTime() - new Date(form.get('start')!).getTime()).toBe(
    3_600_000,
  )
})
