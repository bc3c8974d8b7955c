import type { ValueMapping } from '@pharos/dashboards'
import { expect, test } from 'vitest'
import { mappingRows, mappingsOf, withKind } from './mapping-rows.ts'

const STORED = [
  {
    type: 'value',
    options: { '0': { text: 'down', color: 'red', index: 1 }, '1': { text: 'up', icon: 'x' } },
  },
  { type: 'range', options: { from: 2, to: null, result: { text: 'many' }, id: 7 }, kept: true },
  { type: 'regex', options: { pattern: '^a(.*)', result: { text: '$1' } } },
  { type: 'value', options: { 9: { text: 'nine' } } },
  { type: 'special', options: { match: 'null+nan', result: { text: 'none' } } },
  { type: 'somebody', options: { deep: [1] } },
] as unknown as ValueMapping[]

test('mappings that nobody changed are stored as they were, with the keys of others', () => {
  const rows = mappingRows(STORED)
  expect(rows.map(({ kind }) => kind)).toEqual([
    'value',
    'value',
    'range',
    'regex',
    'value',
    'special',
    'other',
  ])
  expect(mappingsOf(rows)).toEqual(STORED)
})

test('a changed row changes its own mapping only', () => {
  const rows = mappingRows(STORED)
  const changed = rows.with(1, { ...rows[1]!, result: { ...rows[1]!.result, text: 'UP' } })
  expect(mappingsOf(changed)).toEqual([
    {
      type: 'value',
      options: { '0': { text: 'down', color: 'red', index: 1 }, '1': { text: 'UP', icon: 'x' } },
    },
    ...STORED.slice(1),
  ])
  expect(mappingsOf(rows.toSpliced(4, 1))).toEqual(STORED.toSpliced(3, 1))
})

test('a new value joins its neighbours, and one that is there already stands behind them', () => {
  const rows = mappingRows([{ type: 'value', options: { a: { text: 'A' } } }])
  const added = (value: string) => ({
    kind: 'value' as const,
    value,
    result: { text: 'new' },
    stored: undefined,
  })
  expect(mappingsOf([...rows, added('b')])).toEqual([
    { type: 'value', options: { a: { text: 'A' }, b: { text: 'new' } } },
  ])
  expect(mappingsOf([...rows, added('a')])).toEqual([
    { type: 'value', options: { a: { text: 'A' } } },
    { type: 'value', options: { a: { text: 'new' } } },
  ])
  const hostile = mappingsOf([added('__proto__')])
  expect(Object.keys(hostile[0]!.options)).toEqual(['__proto__'])
  expect(({} as { text?: string }).text).toBeUndefined()
})

test('a row of another kind keeps what it is shown as', () => {
  const [row] = mappingRows([{ type: 'value', options: { 5: { text: 'five', color: 'blue' } } }])
  expect(mappingsOf([withKind(row!, 'range')])).toEqual([
    { type: 'range', options: { from: 5, to: 5, result: { text: 'five', color: 'blue' } } },
  ])
  expect(mappingsOf([withKind(withKind(row!, 'regex'), 'special')])).toEqual([
    { type: 'special', options: { match: 'null', result: { text: 'five', color: 'blue' } } },
  ])
})
