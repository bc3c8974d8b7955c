// Series as single values: a row per series, or each column reduced in place.
import type { Matcher } from '../dashboard.ts'
import { fieldMatcher, type FieldTest } from '../field-config/field-matcher.ts'
import { fieldName } from '../field-config/field-name.ts'
import { type Field, fieldFrom, type Frame } from '../frame.ts'
import { isObject } from '../json.ts'
import { reduceField, reducerName } from '../reduce.ts'
import { joinedRefId, type Transform } from './transform.ts'

export const reduce: Transform = (frames, options) => {
  const calcs = Array.isArray(options['reducers'])
    ? options['reducers'].filter((one) => typeof one === 'string')
    : []
  if (calcs.length === 0) return frames
  const { fields, mode } = options
  const isFields = mode === 'reduceFields'
  const isMeant: FieldTest | undefined = isObject(fields)
    ? // The cast: read without trust in `fieldMatcher`.
      fieldMatcher(fields as Matcher)
    : options['includeTimeField'] === true && isFields
      ? () => true
      : ({ type }) => type !== 'time'
  if (isMeant === undefined) return frames
  if (isFields) return reducedInPlace(frames, isMeant, calcs)
  if (frames.length === 0) return []
  return [
    {
      ...rowPerSeries(frames, isMeant, calcs, options['labelsToFields'] === true),
      refId: joinedRefId('reduce', frames),
    },
  ]
}

function rowPerSeries(
  frames: readonly Frame[],
  isMeant: FieldTest,
  calcs: readonly string[],
  hasLabels: boolean,
): Frame {
  const series = frames.flatMap((frame) =>
    frame.fields
      .filter((field) => isMeant(field, frame, frames))
      .map((field) => ({ field, name: hasLabels ? field.name : fieldName(field, frame, frames) })),
  )
  const labels = hasLabels
    ? new Set(
        frames.flatMap(({ fields }) => fields.flatMap((field) => Object.keys(field.labels ?? {}))),
      )
    : new Set<string>()
  const results = series.map(({ field }) => reduceField(field, calcs))
  const text = (name: string, cells: unknown[]): Field =>
    fieldFrom({ name, type: 'string', config: {} }, cells)
  return {
    fields: [
      text(
        'Field',
        series.map(({ name }) => name),
      ),
      ...[...labels].map((label) =>
        text(
          label,
          series.map(({ field }) => field.labels?.[label] ?? null),
        ),
      ),
      ...calcs.map((calc) =>
        calcColumn(
          calc,
          results.map((one) => one.get(calc) ?? null),
        ),
      ),
    ],
    length: series.length,
  }
}

function calcColumn(calc: string, cells: readonly unknown[]): Field {
  const known = cells.find((cell) => cell !== null)
  const type =
    typeof known === 'string'
      ? 'string'
      : typeof known === 'boolean'
        ? 'boolean'
        : Array.isArray(known)
          ? 'other'
          : 'number'
  // Numbers that are none say so: a table sorts them with the others.
  const values = type === 'number' ? cells.map((cell) => cell ?? NaN) : cells
  return fieldFrom({ name: reducerName(calc), type, config: {} }, values)
}

const KEEPS_TYPE: ReadonlySet<string> = new Set(['first', 'firstNotNull', 'last', 'lastNotNull'])

function reducedInPlace(
  frames: readonly Frame[],
  isMeant: FieldTest,
  calcs: readonly string[],
): Frame[] {
  return frames.flatMap((frame) => {
    const fields = frame.fields
      .filter((field) => isMeant(field, frame, frames))
      .flatMap((field) => {
        const results = reduceField(field, calcs)
        return calcs.map((calc): Field => {
          const labels =
            calcs.length > 1 ? { ...field.labels, reducer: reducerName(calc) } : { ...field.labels }
          const type =
            calc === 'allValues' || calc === 'uniqueValues'
              ? 'other'
              : KEEPS_TYPE.has(calc)
                ? field.type
                : 'number'
          return fieldFrom({ ...field, labels, type }, [results.get(calc) ?? null])
        })
      })
    return fields.length === 0 ? [] : [{ ...frame, fields, length: 1 }]
  })
}
