import { expect, test } from 'vitest'
import { columnOf, type Field, REDUCERS, reduceField } from '@pharos/dashboards'
import { cells, pick } from './generated-frames.ts'
import { hasOracle, loadOracle } from './oracle.ts'
import { seededRandom } from './seeded-random.ts'

const ALL = [...REDUCERS.map(({ id }) => id), ...Array.from({ length: 99 }, (_, i) => `p${i + 1}`)]

test.skipIf(!hasOracle)('every reducer gives what the reference gives', () => {
  const oracle = loadOracle()
  expect(oracle.fieldReducers.list().map(({ id }) => id)).toEqual(ALL)
  const { seed, random } = seededRandom()
  const wrong: string[] = []
  let compared = 0
  for (let round = 0; round < 400; round++) {
    const type = pick(random, ['number', 'number', 'number', 'string', 'boolean'] as const)
    const column = cells(random, type, Math.floor(random() * 12), pick(random, [0, 0.2, 1]))
    const calcs =
      type === 'number'
        ? ALL
        : ALL.filter((id) => !/^p\d|median|allIs|^sum$|mean|diffperc/.test(id))
    const field: Field = { name: 'x', type, config: {}, values: columnOf(type, column) }
    const ours = reduceField(field, calcs)
    for (const calc of calcs) {
      const theirs = oracle.reduceField({
        field: { name: 'x', type, config: {}, values: [...column] },
        reducers: [calc],
      })[calc]
      compared++
      const [got, expected] = [
        text(ours.get(calc)),
        text(isNone(calc, theirs, column) ? null : theirs),
      ]
      if (got !== expected)
        wrong.push(`${calc} of ${type} ${text(column)}: ${got}, not ${expected}`)
    }
  }
  console.log(
    `reducers: seed ${seed}, ${ALL.length} reducers, ${compared} compared, ${wrong.length} differ`,
  )
  expect(wrong.slice(0, 20).join('\n')).toBe('')
})

/** Wanted differences: none above zero is none, not the largest number; the middle of nothing is nothing. */
function isNone(calc: string, theirs: unknown, column: readonly unknown[]): boolean {
  return (
    (calc === 'logmin' && theirs === Number.MAX_VALUE) ||
    (calc === 'median' && column.every((cell) => cell === null))
  )
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'number') return String(Number(value.toPrecision(12)))
  return Array.isArray(value) ? `[${value.map(text).join(' ')}]` : String(value as string)
}
