// Tables turned: values by row and column, rows and columns exchanged, one frame per value, sparklines in a table.
import { fieldMatcher } from '../field-config/field-matcher.ts'
import { fieldName } from '../field-config/field-name.ts'
import { cellsOf, type Field, fieldFrom, type Frame, frameOfFields, valueAt } from '../frame.ts'
import { objectOf, scalarText } from '../json.ts'
import { reduceTo } from '../reduce.ts'
import { groupsOf } from './group-by.ts'
import { type Transform, withCells } from './transform.ts'

const SPECIAL: Readonly<Record<string, unknown>> = {
  null: null,
  true: true,
  false: false,
  zero: 0,
  empty: '',
}

export const groupingToMatrix: Transform = (frames, options) => {
  const [frame] = frames
  if (frames.length !== 1 || frame === undefined) return frames
  const columnName = scalarText(options['columnField']) || 'Time'
  const rowName = scalarText(options['rowField']) || 'Time'
  const called = (name: string): Field | undefined => {
    const test = fieldMatcher({ id: 'byName', options: name })!
    return frame.fields.find((field) => test(field, frame, frames))
  }
  const column = called(columnName)
  const row = called(rowName)
  const value = called(scalarText(options['valueField']) || 'Value')
  if (column === undefined || row === undefined || value === undefined) return frames
  const id = scalarText(options['emptyValue']) || 'empty'
  const empty = Object.hasOwn(SPECIAL, id) ? SPECIAL[id] : ''
  const [columnCells, rowCells] = [cellsOf(column), cellsOf(row)]
  const [columns, rows] = [[...new Set(columnCells)], [...new Set(rowCells)]]
  const cellAt = new Map<unknown, Map<unknown, unknown>>(columns.map((one) => [one, new Map()]))
  columnCells.forEach((one, i) => cellAt.get(one)!.set(rowCells[i], valueAt(value, i)))
  const { displayName: _, ...config } = value.config
  const isTyped = value.type !== 'number' || typeof empty !== 'string'
  const fields = columns.map((one) => {
    const cells = rows.map((key) => cellAt.get(one)!.get(key) ?? empty)
    const isWhole = isTyped || cells.every((cell) => typeof cell === 'number')
    // A gap shown as '' makes it a column of anything.
    const type = isWhole ? value.type : 'other'
    return fieldFrom({ name: scalarText(one), type, config }, cells)
  })
  const head = fieldFrom(
    { name: `${rowName}\\${columnName}`, type: row.type, config: { ...row.config } },
    rows,
  )
  return [frameOfFields([head, ...fields])]
}

export const transpose: Transform = (frames, options) =>
  frames.map((frame) => {
    const [first] = frame.fields
    if (first === undefined) return frame
    const isHead = first.type === 'string' || first.type === 'time' || first.type === 'enum'
    const rest = isHead ? frame.fields.slice(1) : frame.fields
    const types = new Set(rest.map(({ type }) => type))
    const [onlyType] = types
    const type = types.size === 1 && onlyType !== undefined ? onlyType : 'string'
    const name = scalarText(options['restFieldsName']) || 'Value'
    const headers = isHead
      ? cellsOf(first).map(scalarText)
      : Array.from({ length: frame.length }, (_, row) => String(row + 1))
    const head = fieldFrom(
      { name: scalarText(options['firstFieldName']) || 'Field', type: 'string', config: {} },
      rest.map((field) => fieldName(field, frame, frames)),
    )
    const fields = headers.map((header, row) => {
      const cells = rest.map((field) => valueAt(field, row))
      const labels = { [isHead ? first.name : 'row']: header }
      return fieldFrom(
        { name, type, config: {}, labels },
        type === 'string'
          ? cells.map((cell) => (cell === null ? '' : String(cell as number)))
          : cells,
      )
    })
    return frameOfFields([head, ...fields], { refId: `transpose-${frame.refId}` })
  })

/** One frame per distinct value of some columns. */
export const partitionByValues: Transform = (frames, options) => {
  const names = Array.isArray(options['fields']) ? options['fields'].map(scalarText) : []
  const [frame] = frames
  if (names.length === 0 || frame === undefined) return frames
  const test = fieldMatcher({ id: 'byNames', options: { names } })!
  const naming = objectOf(options['naming'])
  return frames.flatMap((one) => {
    const keys = one.fields.filter((field) => test(field, one, frames))
    if (keys.length === 0) return [one]
    const kept =
      options['keepFields'] === true
        ? one.fields
        : one.fields.filter((field) => !keys.includes(field))
    return groupsOf(one, keys).map((rows) => {
      const values = keys.map((key) => [key.name, scalarText(valueAt(key, rows[0]!))] as const)
      const text = values
        .map(([name, value]) => (naming['withNames'] === true ? `${name} ${value}` : value))
        .join(' ')
      const isLabelled = naming['asLabels'] !== false
      const fields = kept.map((field) => {
        const picked = withCells(
          field,
          rows.map((row) => valueAt(field, row)),
        )
        return isLabelled && !keys.includes(field) && field.type !== 'time'
          ? { ...picked, labels: { ...field.labels, ...Object.fromEntries(values) } }
          : picked
      })
      return frameOfFields(fields, {
        ...(isLabelled ? {} : { name: text }),
        ...(one.refId === undefined ? {} : { refId: one.refId }),
      })
    })
  })
}

/** Series of one query as a table: labels, and a small chart with its reduced value. */
export const timeSeriesTable: Transform = (frames, options) => {
  const byRefId = new Map<string, Frame[]>()
  const others: Frame[] = []
  for (const frame of frames) {
    const isSeries =
      frame.fields.some(({ type }) => type === 'time') &&
      frame.fields.some(({ type }) => type === 'number')
    const refId = frame.refId ?? ''
    if (isSeries) byRefId.set(refId, [...(byRefId.get(refId) ?? []), frame])
    else others.push(frame)
  }
  return [
    ...[...byRefId].map(([refId, list]) => trendTable(refId, list, objectOf(options[refId]))),
    ...others,
  ]
}

function trendTable(
  refId: string,
  frames: readonly Frame[],
  settings: Readonly<Record<string, unknown>>,
): Frame {
  const calc = scalarText(settings['stat']) || 'lastNotNull'
  const series = frames.flatMap((frame) =>
    frame.fields.filter(({ type }) => type === 'number').map((field) => ({ frame, field })),
  )
  const labels = [...new Set(series.flatMap(({ field }) => Object.keys(field.labels ?? {})))]
  const trends = series.map(({ frame, field }): Frame => {
    const time = frame.fields.find(({ type }) => type === 'time')!
    const value = reduceTo(field, calc)
    return { ...frame, fields: [time, field], meta: { ...frame.meta, custom: { value } } }
  })
  return frameOfFields(
    [
      ...labels.map((name) =>
        fieldFrom(
          { name, type: 'string', config: {} },
          series.map(({ field }) => field.labels?.[name] ?? null),
        ),
      ),
      { name: `Trend #${refId}`, type: 'frame', config: {}, values: trends },
    ],
    { refId },
  )
}
