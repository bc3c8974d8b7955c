// Columns of one kind as another: texts as numbers, times, JSON; times as texts.
import { fieldMatcher } from '../field-config/field-matcher.ts'
import { fieldName } from '../field-config/field-name.ts'
import { cellsOf, type Field, fieldFrom, frameOfFields, type FieldType } from '../frame.ts'
import { isObject, type JsonObject, objectOf, objectsOf, scalarText } from '../json.ts'
import { formatDate } from '../time/date-format.ts'
import { parseTime } from '../time/time-range.ts'
import { UTC, type Zone, zoneOf } from '../time/zone.ts'
import { searchPattern } from '../pattern.ts'
import type { Transform, TransformContext } from './transform.ts'

export const convertFieldType: Transform = (frames, options, context) =>
  objectsOf(options['conversions']).reduce<ReturnType<Transform>>((before, conversion) => {
    const target = scalarText(conversion['targetField'])
    if (target === '') return before
    const isMeant = fieldMatcher({ id: 'byName', options: target })!
    return before.map((frame) => ({
      ...frame,
      fields: frame.fields.map((field) =>
        isMeant(field, frame, before) ? converted(field, conversion, context) : field,
      ),
    }))
  }, frames)

function converted(field: Field, options: JsonObject, context: TransformContext): Field {
  const cells = cellsOf(field)
  const format = scalarText(options['dateFormat'])
  const zone = zoneFrom(options['timezone'], context)
  switch (options['destinationType']) {
    case 'number':
      return fieldFrom({ ...field, type: 'number' }, cells.map(numberFrom))
    case 'time':
      return fieldFrom(
        { ...field, type: 'time' },
        cells.map((cell) => timeFrom(cell, format, zone)),
      )
    case 'boolean':
      return fieldFrom({ ...field, type: 'boolean' }, cells.map(Boolean))
    case 'string':
      return fieldFrom(
        { ...field, type: 'string' },
        cells.map((cell) => textFrom(cell, field.type, format, zone, options['joinWith'])),
      )
    case 'other':
      return fieldFrom({ ...field, type: 'other' }, cells.map(jsonFrom))
    default:
      return field
  }
}

function zoneFrom(name: unknown, { zone }: TransformContext): Zone {
  return typeof name === 'string' && name !== '' ? zoneOf(name) : (zone ?? UTC)
}

function numberFrom(cell: unknown): number | null {
  if (cell === null || cell === '') return null
  const number = typeof cell === 'string' ? Number(cell.replaceAll(',', '')) : Number(cell)
  return Number.isFinite(number) ? number : null
}

function timeFrom(cell: unknown, format: string, zone: Zone): number | null {
  if (typeof cell === 'number') return format === 'X' ? cell * 1000 : cell
  if (typeof cell !== 'string' || cell === '') return null
  return parseTime(cell, { nowMs: 0, zone }) ?? null
}

function textFrom(
  cell: unknown,
  type: FieldType,
  format: string,
  zone: Zone,
  joinWith: unknown,
): unknown {
  if (type === 'time' && typeof cell === 'number')
    return formatDate(cell, zone, format || 'YYYY-MM-DD[T]HH:mm:ssZ')
  if (Array.isArray(cell) && typeof joinWith === 'string' && joinWith !== '')
    return cell.join(joinWith)
  if (type === 'string' || type === 'other') return JSON.stringify(cell)
  return String(cell as number | boolean | null)
}

function jsonFrom(cell: unknown): unknown {
  try {
    return JSON.parse(String(cell as string)) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export const formatTime: Transform = (frames, options, context) => {
  const name = scalarText(options['timeField'])
  const format = scalarText(options['outputFormat']) || 'YYYY-MM-DD[T]HH:mm:ssZ'
  const zone = zoneFrom(options['timezone'], context)
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) =>
      fieldName(field, frame, frames) === name
        ? fieldFrom(
            { ...field, type: 'string' },
            cellsOf(field).map((cell) => textFrom(cell, 'time', format, zone, '')),
          )
        : field,
    ),
  }))
}

/** What stands inside of texts and objects as columns: JSON, `key=value` pairs, or a regex's named groups. */
export const extractFields: Transform = (frames, options) => {
  const source = scalarText(options['source'])
  if (source === '') return frames
  const parse = parserOf(scalarText(options['format']) || 'auto', options)
  const paths = objectsOf(options['jsonPaths'])
  return frames.map((frame) => {
    const field = frame.fields.find(
      (one) => one.name === source || fieldName(one, frame, frames) === source,
    )
    if (field === undefined) return frame
    const columns = new Map<string, unknown[]>()
    cellsOf(field).forEach((cell, row) => {
      const found = parse(cell)
      const entries = paths.length > 0 ? picked(found, paths) : Object.entries(objectOf(found))
      for (const [name, value] of entries) {
        const column = columns.get(name) ?? Array.from({ length: frame.length }, () => null)
        column[row] = value ?? null
        columns.set(name, column)
      }
    })
    const extracted = [...columns].map(([name, cells]) =>
      fieldFrom({ name, type: typeOf(cells), config: {} }, cells),
    )
    if (options['replace'] !== true) return { ...frame, fields: [...frame.fields, ...extracted] }
    const kept =
      options['keepTime'] === true ? frame.fields.filter(({ type }) => type === 'time') : []
    return frameOfFields(
      [...kept, ...extracted],
      frame.refId === undefined ? {} : { refId: frame.refId },
    )
  })
}

type Parse = (cell: unknown) => unknown

function parserOf(format: string, options: JsonObject): Parse {
  if (format === 'kvp') return pairs
  if (format === 'delimiter') {
    const delimiter = scalarText(options['delimiter']) || ','
    return (cell) =>
      Object.fromEntries(
        scalarText(cell)
          .split(delimiter)
          .map((part) => [part.trim(), true]),
      )
  }
  if (format === 'regexp') {
    const slashed = /^\/(.*)\/([a-z]*)$/s.exec(scalarText(options['regExp']))
    const pattern = searchPattern(
      slashed?.[1] ?? scalarText(options['regExp']),
      new Set(slashed?.[2] ?? ''),
    )
    return (cell) => {
      const [found] = pattern === undefined ? [] : scalarText(cell).matchAll(pattern)
      return found?.groups ?? {}
    }
  }
  return (cell) => {
    if (isObject(cell) || Array.isArray(cell)) return cell
    const parsed = jsonFrom(cell)
    return isObject(parsed) || Array.isArray(parsed) ? parsed : format === 'auto' ? pairs(cell) : {}
  }
}

/** `level=error msg="two words"`; also with colons, commas and ampersands. */
function pairs(cell: unknown): JsonObject {
  const found = scalarText(cell).matchAll(
    /([\w.-]+)\s*[=:]\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s,;&]*))/g,
  )
  return Object.fromEntries(
    [...found].map(([, key, double, single, plain]) => [key!, double ?? single ?? plain ?? '']),
  )
}

function picked(value: unknown, paths: readonly JsonObject[]): [string, unknown][] {
  return paths.map(({ path, alias }) => {
    const steps = scalarText(path)
      .split(/[.[\]]+/)
      .filter((step) => step !== '')
    const found = steps.reduce<unknown>(
      (inner, step) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
          ? (inner as JsonObject)[step]
          : null,
      value,
    )
    return [scalarText(alias) || scalarText(path), found]
  })
}

function typeOf(cells: readonly unknown[]): FieldType {
  const known = cells.filter((cell) => cell !== null)
  if (known.length > 0 && known.every((cell) => typeof cell === 'number')) return 'number'
  if (known.length > 0 && known.every((cell) => typeof cell === 'boolean')) return 'boolean'
  return known.every((cell) => typeof cell === 'string') ? 'string' : 'other'
}
