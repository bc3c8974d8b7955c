// Which fields an override, a filter or a calculation means.
import type { Matcher } from '../dashboard.ts'
import type { Field, Frame } from '../frame.ts'
import { objectOf, scalarText, textOf } from '../json.ts'
import { isFound, patternOf } from '../pattern.ts'
import { reduceTo } from '../reduce.ts'
import { fieldName } from './field-name.ts'

export type FieldTest = (field: Field, frame: Frame, frames: readonly Frame[]) => boolean

/** @returns undefined for a matcher that nobody knows: it is then as if it were not there */
export function fieldMatcher({ id, options }: Matcher): FieldTest | undefined {
  switch (id) {
    case 'byName':
      return byNames([scalarText(options)])
    case 'byNames': {
      const { names, mode } = objectOf(options)
      const test = byNames(Array.isArray(names) ? names.map(scalarText) : [])
      return mode === 'exclude' ? (...args) => !test(...args) : test
    }
    case 'byRegexp':
      return byRegexp(scalarText(options))
    case 'byRegexpOrNames': {
      const { pattern, names } = objectOf(options)
      const named = byNames(Array.isArray(names) ? names.map(scalarText) : [])
      const found = byRegexp(scalarText(pattern))
      return (...args) => named(...args) || found(...args)
    }
    case 'byFrameRefID':
      return (_, frame) => frame.refId === options
    case 'byType':
      return ({ type }) => type === options
    case 'byTypes': {
      const types = new Set(Array.isArray(options) ? options : [])
      return ({ type }) => types.has(type)
    }
    case 'numeric':
      return ({ type }) => type === 'number'
    case 'time':
      return ({ type }) => type === 'time'
    case 'first':
      return (field, frame) => frame.fields[0] === field
    case 'firstTimeField':
      return (field, frame) => frame.fields.find(({ type }) => type === 'time') === field
    case 'byValue':
      return byValue(objectOf(options))
    default:
      return undefined
  }
}

function byNames(list: readonly string[]): FieldTest {
  const names = new Set(list)
  return (field, frame, frames) => {
    if (names.has(field.name) || names.has(fieldName(field, frame, frames))) return true
    // Files of old say Value and Time where fields have other names now.
    if (names.has('Value')) return field.labels?.['__name__'] === field.name
    return (names.has('Time') || names.has('time')) && field.type === 'time'
  }
}

function byRegexp(text: string): FieldTest {
  const pattern = text === '' ? undefined : patternOf(text)
  if (pattern === undefined) return () => false
  return (field, frame, frames) => isFound(pattern, fieldName(field, frame, frames))
}

function byValue({ reducer, op, value }: Readonly<Record<string, unknown>>): FieldTest {
  const calc = textOf(reducer)
  if (calc === undefined) return () => false
  return (field) => {
    const left = reduceTo(field, calc)
    if (calc === 'allIsNull' || calc === 'allIsZero') return left === true
    return compared(left, textOf(op) ?? 'eq', value)
  }
}

function compared(left: unknown, op: string, right: unknown): boolean {
  const isMissing = left === null || left === undefined || right === null || right === undefined
  const [a, b] = [left ?? 'null', right ?? 'null']
  const isEqual = scalarText(a) === scalarText(b)
  // The casts: JavaScript's own order of numbers and texts is what the reference has, too.
  switch (op) {
    case 'eq':
      return isEqual
    case 'neq':
      return !isEqual
    case 'gt':
      return (a as number) > (b as number)
    case 'gte':
      return isMissing ? isEqual : (a as number) >= (b as number)
    case 'lt':
      return (a as number) < (b as number)
    case 'lte':
      return isMissing ? isEqual : (a as number) <= (b as number)
    default:
      return false
  }
}
