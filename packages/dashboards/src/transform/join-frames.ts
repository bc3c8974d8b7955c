// Tables side by side, rows matched by one column.
import { cellsOf, type Field, type Frame, frameOfFields } from '../frame.ts'
import { fieldMatcher, type FieldTest } from '../field-config/field-matcher.ts'
import { scalarText } from '../json.ts'
import { joinedRefId, type Transform, withCells } from './transform.ts'

interface Side {
  readonly key: Field
  readonly rest: readonly Field[]
}

/** `outer` has a row per key, times in order; `inner` and `outerTabular` a row per pair of rows. */
export const joinByField: Transform = (frames, options) => {
  if (frames.length <= 1) return frames
  const mode = scalarText(options['mode']) || 'outer'
  const joined = joinFrames(frames, keyTest(scalarText(options['byField']), frames), mode)
  return [{ ...joined, refId: joinedRefId('joinByField', frames) }]
}

function keyTest(name: string, frames: readonly Frame[]): FieldTest {
  if (name !== '') return fieldMatcher({ id: 'byName', options: name })!
  const hasTime = frames[0]!.fields.some(({ type }) => type === 'time')
  if (hasTime) return fieldMatcher({ id: 'firstTimeField' })!
  const first = frames[0]!.fields.find(({ type }) => type === 'number')
  return fieldMatcher({ id: 'byName', options: first?.name ?? '' })!
}

export function joinFrames(frames: readonly Frame[], isKey: FieldTest, mode: string): Frame {
  const sides = frames.flatMap((frame) => sideOf(frame, frames, isKey) ?? [])
  if (sides.length === 0) return { fields: [], length: 0 }
  const fields = [sides[0]!.key, ...sides.flatMap(({ rest }) => rest)]
  if (sides.length < frames.length && mode === 'inner')
    return frameOfFields(fields.map((field) => withCells(field, [])))
  const tables = sides.map(({ key, rest }) => [cellsOf(key), ...rest.map(cellsOf)])
  const columns =
    mode === 'inner' || mode === 'outerTabular' ? pairRows(tables, mode) : outer(tables)
  return frameOfFields(fields.map((field, i) => withCells(field, columns[i]!)))
}

function sideOf(frame: Frame, frames: readonly Frame[], isKey: FieldTest): Side | undefined {
  const key = frame.fields.find((field) => isKey(field, frame, frames))
  if (key === undefined) return undefined
  return {
    key,
    rest: frame.fields.filter((field) => field !== key).map((field) => named(field, frame)),
  }
}

/** Values are called as their frame, and other columns remember it in a label, so that they stay apart. */
function named(field: Field, { name }: Frame): Field {
  const labels = field.labels ?? {}
  if (name === undefined || name === '') return { ...field, labels }
  if (field.name === 'Value') return { ...field, name, labels }
  return { ...field, labels: Object.hasOwn(labels, 'name') ? labels : { ...labels, name } }
}

type Columns = readonly (readonly unknown[])[]

function outer(tables: readonly Columns[]): Columns {
  const keys = tables.map(([key]) => key!)
  if (keys.every((one) => isSame(one, keys[0]!)))
    return inOrder([keys[0]!, ...tables.flatMap((table) => table.slice(1))])
  const all = [...new Set(keys.flat())].sort((a, b) => (a as number) - (b as number))
  const rowOf = new Map(all.map((key, row) => [key, row]))
  const columns: unknown[][] = [all]
  for (const [key, ...rest] of tables) {
    for (const cells of rest) {
      const column: unknown[] = Array.from({ length: all.length }, () => null)
      cells.forEach((cell, i) => {
        column[rowOf.get(key![i])!] = cell
      })
      columns.push(column)
    }
  }
  return columns
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

/** By the first column, when it is not ascending already. */
function inOrder(columns: Columns): Columns {
  const [key] = columns as [readonly unknown[], ...unknown[]]
  const isAscending = key.every((value, i) => i === 0 || (value as number) > (key[i - 1] as number))
  if (isAscending || typeof key[0] !== 'number') return columns
  const order = key.map((_, i) => i).sort((a, b) => (key[a] as number) - (key[b] as number))
  return columns.map((column) => order.map((i) => column[i]))
}

function pairRows(tables: readonly Columns[], mode: string): Columns {
  return tables
    .slice(1)
    .reduce((left, right) => pairTwo(left, right, mode === 'outerTabular'), tables[0]!)
}

function pairTwo(left: Columns, right: Columns, isOuter: boolean): Columns {
  const rowsOf = new Map<unknown, number[]>()
  right[0]!.forEach((key, row) => {
    const rows = rowsOf.get(key)
    if (rows === undefined) rowsOf.set(key, [row])
    else rows.push(row)
  })
  const pairs: [left: number, right: number][] = []
  const alone: number[] = []
  const matched = new Set<unknown>()
  left[0]!.forEach((key, row) => {
    const rows = key === null ? undefined : rowsOf.get(key)
    if (rows === undefined) alone.push(row)
    else {
      matched.add(key)
      for (const other of rows) pairs.push([row, other])
    }
  })
  if (isOuter) {
    for (const row of alone) pairs.push([row, -1])
    for (const [key, rows] of rowsOf)
      if (!matched.has(key)) for (const row of rows) pairs.push([-1, row])
  }
  const cell = (column: readonly unknown[], row: number): unknown => (row < 0 ? null : column[row])
  return [
    pairs.map(([l, r]) => (l < 0 ? right[0]![r] : left[0]![l])),
    ...left.slice(1).map((column) => pairs.map(([l]) => cell(column, l))),
    ...right.slice(1).map((column) => pairs.map(([, r]) => cell(column, r))),
  ]
}
