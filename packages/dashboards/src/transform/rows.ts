// Which rows are shown, in what order.
import { fieldName } from '../field-config/field-name.ts'
import { cellsOf, type Field, type Frame, valueAt } from '../frame.ts'
import { type JsonObject, objectOf, objectsOf, scalarText } from '../json.ts'
import { searchPattern } from '../pattern.ts'
import { type Transform, withCells } from './transform.ts'

const DEFAULT_LIMIT = 10

/** The first rows, or with a negative count the last ones. */
export const limit: Transform = (frames, options) => {
  const given = options['limitField']
  const count = given === undefined ? DEFAULT_LIMIT : Number.parseInt(scalarText(given), 10)
  if (Number.isNaN(count)) return frames
  return frames.map((frame) => {
    if (frame.length <= count) return frame
    const fields = frame.fields.map((field) => {
      const cells = cellsOf(field)
      return withCells(field, count >= 0 ? cells.slice(0, count) : cells.slice(count))
    })
    return { ...frame, fields, length: Math.min(frame.length, Math.abs(count)) }
  })
}

export const sortBy: Transform = (frames, options) => {
  const [first] = objectsOf(options['sort'])
  if (first === undefined) return frames
  return frames.map((frame) => {
    const name = scalarText(first['field'])
    const index =
      typeof first['index'] === 'number'
        ? first['index']
        : frame.fields.findIndex((field) => fieldName(field, frame, [frame]) === name)
    const field = frame.fields[index]
    return field === undefined ? frame : sortedFrame(frame, field, first['desc'] === true)
  })
}

export function sortedFrame(frame: Frame, by: Field, isDescending: boolean): Frame {
  const cells = cellsOf(by)
  const compare = comparisonOf(by)
  const order = cells
    .map((_, row) => row)
    .sort((a, b) => (isDescending ? compare(cells[b], cells[a]) : compare(cells[a], cells[b])))
  return {
    ...frame,
    fields: frame.fields.map((field) => {
      const own = cellsOf(field)
      return withCells(
        field,
        order.map((row) => own[row]),
      )
    }),
  }
}

type Compare = (a: unknown, b: unknown) => number

function comparisonOf({ type }: Field): Compare {
  if (type === 'number' || type === 'time') return (a, b) => (a as number) - (b as number)
  const { compare } = new Intl.Collator('en', { sensitivity: 'base' })
  if (type === 'string')
    return (a, b) =>
      a && b ? compare(String(a as string), String(b as string)) : Number(!a) - Number(!b)
  if (type === 'boolean') return (a, b) => Number(!a) - Number(!b)
  return () => 0
}

export const filterByValue: Transform = (frames, options) => {
  const filters = objectsOf(options['filters'])
  if (filters.length === 0) return frames
  const isAll = options['match'] === 'all'
  const isInclude = options['type'] !== 'exclude'
  return frames.map((frame) => {
    const tests = filters.map((filter) => rowTest(filter, frame, frames))
    const kept: number[] = []
    for (let row = 0; row < frame.length; row++) {
      const fits = isAll ? tests.every((test) => test(row)) : tests.some((test) => test(row))
      if (fits === isInclude) kept.push(row)
    }
    const fields = frame.fields.map((field) =>
      withCells(
        field,
        kept.map((row) => valueAt(field, row)),
      ),
    )
    return { ...frame, fields, length: kept.length }
  })
}

function rowTest(
  filter: JsonObject,
  frame: Frame,
  frames: readonly Frame[],
): (row: number) => boolean {
  const name = scalarText(filter['fieldName'])
  const field = frame.fields.findLast((one) => fieldName(one, frame, frames) === name)
  if (field === undefined) return () => false
  const { id, options } = objectOf(filter['config'])
  const test = valueTest(scalarText(id), objectOf(options))
  return (row) => test(valueAt(field, row))
}

function valueTest(id: string, { value, from, to }: JsonObject): (cell: unknown) => boolean {
  const limitOf = (text: unknown): number =>
    typeof text === 'number' ? text : Number.parseInt(scalarText(text), 10)
  const number = (cell: unknown): number => (cell === null ? 0 : Number(cell))
  const text = scalarText(value).toLowerCase()
  switch (id) {
    case 'isNull':
      return (cell) => cell === null
    case 'isNotNull':
      return (cell) => cell !== null
    case 'equal':
      return (cell) => looselyEqual(cell, value)
    case 'notEqual':
      return (cell) => !looselyEqual(cell, value)
    case 'greater':
      return (cell) => number(cell) > Number(value)
    case 'greaterOrEqual':
      return (cell) => number(cell) >= Number(value)
    case 'lower':
      return (cell) => number(cell) < Number(value)
    case 'lowerOrEqual':
      return (cell) => number(cell) <= Number(value)
    case 'between':
      return (cell) => number(cell) > limitOf(from) && number(cell) < limitOf(to)
    case 'substring':
      return (cell) =>
        text === '' || (typeof cell === 'string' && cell.toLowerCase().includes(text))
    case 'notSubstring':
      return (cell) =>
        typeof cell === 'string' && cell !== '' && text !== '' && !cell.toLowerCase().includes(text)
    case 'regex': {
      const pattern = searchPattern(scalarText(value), new Set())
      return (cell) => {
        if (pattern === undefined || cell === null) return false
        return scalarText(cell).search(pattern) >= 0
      }
    }
    default:
      return () => false
  }
}

/** 5 and '5' are the same to a person who typed it. */
function looselyEqual(cell: unknown, value: unknown): boolean {
  if (cell === null || value === null || value === undefined) return cell === (value ?? null)
  if (typeof cell === typeof value) return cell === value
  if (typeof value === 'string' && typeof cell === 'number')
    return value.trim() === '' ? cell === 0 : cell === Number(value)
  return Number(cell) === Number(value)
}
