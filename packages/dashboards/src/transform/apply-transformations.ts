// A panel's transformations over its frames, one after the other.
import type { Transformation } from '../dashboard.ts'
import { fieldMatcher } from '../field-config/field-matcher.ts'
import type { Frame } from '../frame.ts'
import { isObject, type JsonObject, objectOf, scalarText } from '../json.ts'
import { isFound, patternOf } from '../pattern.ts'
import { calculateField } from './calculate-field.ts'
import { configFromData } from './config-from-data.ts'
import { convertFieldType, extractFields, formatTime } from './convert-field.ts'
import { groupBy } from './group-by.ts'
import { histogram } from './histogram.ts'
import { joinByField } from './join-frames.ts'
import { groupingToMatrix, partitionByValues, timeSeriesTable, transpose } from './matrix.ts'
import { merge } from './merge.ts'
import {
  filterByRefId,
  filterFields,
  filterFieldsByName,
  orderFields,
  organize,
  rename,
  renameByRegex,
} from './organize.ts'
import { reduce } from './reduce-frames.ts'
import { filterByValue, limit, sortBy } from './rows.ts'
import { concatenate, labelsToFields, prepareTimeSeries, seriesToRows } from './series-shape.ts'
import type { Transform, TransformContext } from './transform.ts'

const TRANSFORMS: Readonly<Record<string, Transform>> = {
  calculateField,
  concatenate,
  configFromData,
  convertFieldType,
  extractFields,
  filterByRefId,
  filterByValue,
  filterFields,
  filterFieldsByName,
  formatTime,
  groupBy,
  groupingToMatrix,
  histogram,
  joinByField,
  labelsToFields,
  limit,
  merge,
  order: orderFields,
  organize,
  partitionByValues,
  prepareTimeSeries,
  reduce,
  rename,
  renameByRegex,
  seriesToColumns: joinByField,
  seriesToRows,
  sortBy,
  timeSeriesTable,
  transpose,
}

/** Ids that are carried out; others leave the frames as they are. */
export const TRANSFORMATION_IDS: readonly string[] = Object.keys(TRANSFORMS)

/**
 * Frames after all transformations that are not switched off. A filter of frames keeps those it does not mean where
 * they were.
 *
 * @source  tests/oracle: equal to Grafana's for generated frames
 */
export function applyTransformations(
  frames: readonly Frame[],
  transformations: readonly Transformation[],
  context: TransformContext = {},
): Frame[] {
  let current = frames
  for (const { id, disabled, options, filter } of transformations) {
    if (disabled === true || !Object.hasOwn(TRANSFORMS, id)) continue
    const isMeant = filter === undefined ? undefined : frameTest(filter)
    const meant = isMeant === undefined ? current : current.filter(isMeant)
    const made = TRANSFORMS[id]!(meant, filledIn(objectOf(options), context), context)
    const kept = isMeant === undefined ? [] : current.filter((frame) => !isMeant(frame))
    const at = kept.length > 0 ? Math.min(current.indexOf(kept[0]!), made.length) : 0
    current = [...made.slice(0, at), ...kept, ...made.slice(at)]
  }
  return [...current]
}

function frameTest({
  id,
  options,
}: {
  id: string
  options?: unknown
}): ((frame: Frame) => boolean) | undefined {
  const text = scalarText(options)
  if (id === 'byRefId') {
    const pattern = patternOf(text)
    return pattern && (({ refId }) => isFound(pattern, refId ?? ''))
  }
  if (id === 'byName') {
    const pattern = patternOf(text)
    return pattern && (({ name }) => isFound(pattern, name ?? ''))
  }
  const test = fieldMatcher({ id, options })
  return test && ((frame) => frame.fields.some((field) => test(field, frame, [frame])))
}

/** Texts of options with their variables filled in. */
function filledIn(options: JsonObject, { variables, scope }: TransformContext): JsonObject {
  if (variables === undefined) return options
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return variables.interpolate(value, scope)
    if (Array.isArray(value)) return value.map(fill)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
  }
  // The cast: an object stays one.
  return fill(options) as JsonObject
}
