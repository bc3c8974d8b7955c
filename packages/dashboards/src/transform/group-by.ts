// Rows that agree in some columns as one row, the others calculated over.
import { fieldMatcher } from '../field-config/field-matcher.ts'
import { cellsOf, type Field, fieldFrom, type Frame } from '../frame.ts'
import { type JsonObject, objectOf } from '../json.ts'
import { reduceTo } from '../reduce.ts'
import { type Transform, withCells } from './transform.ts'

export const groupBy: Transform = (frames, options) => {
  const settings = objectOf(options['fields'])
  const keys = Object.keys(settings).filter(
    (name) => objectOf(settings[name])['operation'] === 'groupby',
  )
  if (keys.length === 0) return frames
  const isKey = fieldMatcher({ id: 'byNames', options: { names: keys } })!
  return frames.flatMap((frame) => {
    const keyFields = frame.fields.filter((field) => isKey(field, frame, frames))
    return keyFields.length === 0 ? [] : [grouped(frame, keyFields, settings)]
  })
}

function grouped(frame: Frame, keyFields: readonly Field[], settings: JsonObject): Frame {
  const rows = groupsOf(frame, keyFields)
  const fields: Field[] = keyFields.map((field) => {
    const cells = cellsOf(field)
    return fieldFrom(
      { name: field.name, type: field.type, config: { ...field.config } },
      rows.map(([first]) => cells[first!]),
    )
  })
  for (const field of frame.fields) {
    const name = ownName(field)
    const cells = cellsOf(field)
    for (const calc of calcsOf(field, settings)) {
      const values = rows.map((group) =>
        reduceTo(
          withCells(
            field,
            group.map((row) => cells[row]),
          ),
          calc,
        ),
      )
      fields.push(
        fieldFrom(
          { name: `${name} (${calc})`, type: reducedType(calc, field.type), config: {} },
          values,
        ),
      )
    }
  }
  const { refId } = frame
  return { ...(refId === undefined ? {} : { refId }), fields, length: rows.length }
}

/** Row numbers by group, groups in order of their first row. */
export function groupsOf(frame: Frame, keyFields: readonly Field[]): number[][] {
  const groups = new Map<string, number[]>()
  const columns = keyFields.map(cellsOf)
  for (let row = 0; row < frame.length; row++) {
    const key = JSON.stringify(columns.map((column) => String(column[row] as string)))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups.values()]
}

function ownName({ name, config: { displayName } }: Field): string {
  return displayName === undefined || displayName === null || displayName === ''
    ? name
    : displayName
}

function calcsOf(field: Field, settings: JsonObject): string[] {
  const name = Object.hasOwn(settings, ownName(field)) ? ownName(field) : field.name
  const { operation, aggregations } = objectOf(
    Object.hasOwn(settings, name) ? settings[name] : undefined,
  )
  const calcs = Array.isArray(aggregations)
    ? aggregations.filter((one) => typeof one === 'string')
    : []
  if (operation === 'aggregate') return calcs
  return operation === 'groupby' && calcs.length === 1 && calcs[0] === 'count' ? calcs : []
}

function reducedType(calc: string, type: Field['type']): Field['type'] {
  if (['count', 'distinctCount', 'changeCount', 'countAll'].includes(calc)) return 'number'
  return calc === 'allIsNull' || calc === 'allIsZero' ? 'boolean' : type
}
