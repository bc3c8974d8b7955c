// Which columns are shown, in what order, under what names.
import type { Matcher } from '../dashboard.ts'
import { fieldMatcher } from '../field-config/field-matcher.ts'
import { fieldName } from '../field-config/field-name.ts'
import type { Field, Frame } from '../frame.ts'
import { isObject, type JsonObject, objectOf, objectsOf, scalarText } from '../json.ts'
import { isFound, patternOf } from '../pattern.ts'
import type { Transform } from './transform.ts'

/** Filtered, then ordered, then renamed; names are those that people see. */
export const organize: Transform = (frames, options, context) => {
  const include = namesTrue(options['includeByName'])
  const exclude = namesTrue(options['excludeByName'])
  const filtered = filterFieldsByName(
    frames,
    {
      ...(include.length > 0 ? { include: { names: include } } : {}),
      ...(exclude.length > 0 ? { exclude: { names: exclude } } : {}),
    },
    context,
  )
  return renamed(orderFields(filtered, options, context), objectOf(options['renameByName']))
}

function namesTrue(value: unknown): string[] {
  return Object.entries(objectOf(value)).flatMap(([name, isOn]) => (isOn ? [name] : []))
}

export const filterFieldsByName: Transform = (frames, options) => {
  const include = nameMatcher(options['include'], options['byVariable'] === true)
  const exclude = nameMatcher(options['exclude'], options['byVariable'] === true)
  return filtered(frames, include, exclude)
}

export const filterFields: Transform = (frames, { include, exclude }) =>
  filtered(
    frames,
    // The casts: a matcher is read without trust in `fieldMatcher`.
    isObject(include) ? (include as Matcher) : undefined,
    isObject(exclude) ? (exclude as Matcher) : undefined,
  )

/** Frames that have no field left go. */
function filtered(
  frames: readonly Frame[],
  include: Matcher | undefined,
  exclude: Matcher | undefined,
): readonly Frame[] {
  if (include === undefined && exclude === undefined) return frames
  const isIn = include === undefined ? () => true : fieldMatcher(include)
  const isOut = exclude === undefined ? () => false : fieldMatcher(exclude)
  return frames.flatMap((frame) => {
    const fields = frame.fields.filter(
      (field) => isOut?.(field, frame, frames) !== true && isIn?.(field, frame, frames) === true,
    )
    return fields.length === 0 ? [] : [{ ...frame, fields }]
  })
}

function nameMatcher(value: unknown, isByVariable: boolean): Matcher | undefined {
  const { names, pattern, variable } = objectOf(value)
  if (isByVariable && typeof variable === 'string' && variable !== '') {
    const list = /^\{.*\}$/.test(variable) ? variable.slice(1, -1) : variable
    return { id: 'byNames', options: { names: list.split(',') } }
  }
  const list = Array.isArray(names) ? names : []
  const text = scalarText(pattern)
  if (list.length > 0 && text !== '')
    return { id: 'byRegexpOrNames', options: { names: list, pattern: text } }
  if (list.length > 0) return { id: 'byNames', options: { names: list } }
  return text === '' ? undefined : { id: 'byRegexp', options: text }
}

/** By hand (`indexByName`), or by name and labels. */
export const orderFields: Transform = (frames, options) => {
  if (options['orderByMode'] === 'auto') {
    const rules = objectsOf(options['orderBy'])
    return frames.map((frame) => ({ ...frame, fields: autoOrdered(frame, frames, rules) }))
  }
  const places = objectOf(options['indexByName'])
  return frames.map((frame) => {
    const placed = frame.fields.map((field) => {
      const name = fieldName(field, frame, frames)
      const place = Object.hasOwn(places, name) ? places[name] : undefined
      return { field, place: Number.isInteger(place) ? (place as number) : Number.MAX_SAFE_INTEGER }
    })
    return { ...frame, fields: placed.sort((a, b) => a.place - b.place).map(({ field }) => field) }
  })
}

function autoOrdered(
  frame: Frame,
  frames: readonly Frame[],
  rules: readonly JsonObject[],
): Field[] {
  const { compare } = new Intl.Collator('en', { sensitivity: 'base', numeric: true })
  const time = frame.fields.find(({ type }) => type === 'time')
  const key = (field: Field, { type, name }: JsonObject): string =>
    type === 'name' ? fieldName(field, frame, frames) : (field.labels?.[scalarText(name)] ?? '')
  return [...frame.fields].sort((a, b) => {
    if (a === time || b === time) return a === time ? -1 : 1
    for (const rule of rules) {
      const order = compare(key(a, rule), key(b, rule)) * (rule['desc'] === true ? -1 : 1)
      if (order !== 0) return order
    }
    return 0
  })
}

export const rename: Transform = (frames, options) =>
  renamed(frames, objectOf(options['renameByName']))

function renamed(frames: readonly Frame[], names: JsonObject): readonly Frame[] {
  if (Object.keys(names).length === 0) return frames
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      const shown = fieldName(field, frame, frames)
      const name = Object.hasOwn(names, shown) ? names[shown] : undefined
      return typeof name === 'string' && name !== '' ? shownAs(field, name) : field
    }),
  }))
}

function shownAs(field: Field, displayName: string): Field {
  return { ...field, config: { ...field.config, displayName } }
}

export const renameByRegex: Transform = (frames, options) => {
  const pattern = patternOf(scalarText(options['regex']) || '(.*)')
  if (pattern === undefined) return frames
  const replacement = scalarText(options['renamePattern'] ?? '$1')
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      // One frame at a time: names of series do not depend on their neighbours here.
      const shown = fieldName(field, frame, [frame])
      if (!isFound(pattern, shown)) return field
      pattern.lastIndex = 0
      return shownAs(field, shown.replace(pattern, replacement))
    }),
  }))
}

export const filterByRefId: Transform = (frames, options) => {
  const test = (value: unknown): ((frame: Frame) => boolean) | undefined => {
    const text = scalarText(value)
    const pattern = text === '' ? undefined : patternOf(text)
    return pattern === undefined ? undefined : ({ refId }) => isFound(pattern, refId ?? '')
  }
  const [isIn, isOut] = [test(options['include']), test(options['exclude'])]
  if (isIn === undefined && isOut === undefined) return frames
  return frames.filter((frame) => isOut?.(frame) !== true && (isIn?.(frame) ?? true))
}
