import { expect, test } from 'vitest'
import { organizedColumns, withColumnMoved, withEntry } from './organize-columns.ts'

test('columns stand as the options say, those without a place last', () => {
  const options = {
    indexByName: { b: 0, a: 1 },
    excludeByName: { a: true },
    renameByName: { b: 'B' },
    kept: 1,
  }
  const columns = organizedColumns(['a', 'c', 'b'], options)
  expect(columns).toEqual([
    { name: 'b', isHidden: false, shownAs: 'B' },
    { name: 'a', isHidden: true, shownAs: '' },
    { name: 'c', isHidden: false, shownAs: '' },
  ])
  const moved = withColumnMoved(columns, options, 2, -1)
  expect(moved).toEqual({ ...options, indexByName: { b: 0, c: 1, a: 2 } })
  expect(organizedColumns(['a', 'c', 'b'], moved).map(({ name }) => name)).toEqual(['b', 'c', 'a'])
})

test('an entry is set and taken away, whatever a column is called', () => {
  expect(withEntry({ excludeByName: { a: true } }, 'excludeByName', 'a', undefined)).toEqual({
    excludeByName: {},
  })
  const hostile = withEntry({}, 'renameByName', '__proto__', 'x')
  expect(Object.keys(hostile['renameByName'] as object)).toEqual(['__proto__'])
  expect(organizedColumns(['__proto__', 'constructor'], hostile)).toEqual([
    { name: '__proto__', isHidden: false, shownAs: 'x' },
    { name: 'constructor', isHidden: false, shownAs: '' },
  ])
})
