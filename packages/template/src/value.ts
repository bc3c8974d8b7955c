// What a template can see. Only these are looked into, so no property of a JavaScript object is ever reached.
//
//   nil null · nothing there at all undefined · int bigint · float64 number · slice array · map Map
//
// Anything with a type of its own, with methods or with Go's zero value for absent keys is a `GoObject`.

import { compareText, formatShortest } from '@pharos/model'

export type Value =
  | undefined
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | GoObject

export interface GoFunction {
  readonly minArgs: number
  /** Infinity for variadic ones. */
  readonly maxArgs: number
  /** Types of the leading arguments; the last one goes for all that follow, missing means any. */
  readonly types?: readonly ArgType[]
  /** @throws UserError; its message follows `error calling name: ` */
  readonly call: (args: readonly Value[]) => Value
}

export type ArgType = 'any' | 'string' | 'int' | 'float64'

type Methods = ReadonlyMap<string, GoFunction>

const NO_FIELDS: ReadonlyMap<string, Value> = new Map()
const NO_METHODS: Methods = new Map()

export interface GoObjectParts {
  /** Go's name of the type, for messages and `%T`. */
  readonly type: string
  readonly fields?: ReadonlyMap<string, Value>
  /** A function is asked once, when a template calls a method: most objects are never asked. */
  readonly methods?: Methods | (() => Methods)
  /** What range, index, len and comparisons see. */
  readonly inner?: Value
  /** What an absent key of `inner` is. */
  readonly zero?: Value
  /** Its String method. */
  readonly text?: () => string
  /** Already safe where HTML is written; not escaped there. */
  readonly isSafeHtml?: boolean
  /** Already safe where a page has a URL; only made legal there. */
  readonly isSafeUrl?: boolean
}

export class GoObject {
  readonly type: string
  readonly fields: ReadonlyMap<string, Value>
  readonly inner: Value
  readonly zero: Value
  readonly text: (() => string) | undefined
  readonly isSafeHtml: boolean
  readonly isSafeUrl: boolean
  #methods: Methods | (() => Methods)

  constructor(parts: GoObjectParts) {
    this.type = parts.type
    this.fields = parts.fields ?? NO_FIELDS
    this.inner = parts.inner
    this.zero = parts.zero
    this.text = parts.text
    this.isSafeHtml = parts.isSafeHtml === true
    this.isSafeUrl = parts.isSafeUrl === true
    this.#methods = parts.methods ?? NO_METHODS
  }

  get methods(): Methods {
    if (typeof this.#methods === 'function') this.#methods = this.#methods()
    return this.#methods
  }
}

/** map[string]string: an absent key is the empty text, as labels want it. */
export function textMap(pairs: Iterable<readonly [string, string]>): GoObject {
  return new GoObject({ type: 'map[string]string', inner: new Map(pairs), zero: '' })
}

/** A struct of fields. */
export function struct(type: string, fields: Readonly<Record<string, Value>>): GoObject {
  return new GoObject({ type, fields: new Map(Object.entries(fields)) })
}

/** Text that HTML output leaves as it is. */
export function safeHtml(text: string): GoObject {
  return new GoObject({
    type: 'template.HTML',
    inner: text,
    text: () => text,
    isSafeHtml: true,
  })
}

/** Text that a page takes as a URL, or part of one, without escaping what URLs may hold. */
export function safeUrl(text: string): GoObject {
  return new GoObject({ type: 'template.URL', inner: text, text: () => text, isSafeUrl: true })
}

/** The map, slice or scalar behind a named type. */
export function innerOf(value: Value): Value {
  return value instanceof GoObject && value.fields.size === 0 ? innerOf(value.inner) : value
}

export function isMap(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** As `if`, `and`, `or` and `not` see it. @source Go text/template, IsTrue */
export function isTrue(value: Value): boolean {
  if (value instanceof GoObject) return value.fields.size > 0 || isTrue(value.inner)
  if (isMap(value)) return value.size > 0
  if (isList(value)) return value.length > 0
  // NaN is not zero.
  return typeof value === 'number' ? value !== 0 : Boolean(value)
}

export function typeOf(value: Value): string {
  if (value === undefined || value === null) return '<nil>'
  if (value instanceof GoObject) return value.type
  if (isMap(value)) return 'map[string]interface {}'
  if (isList(value)) return '[]interface {}'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  return typeof value === 'number' ? 'float64' : 'string'
}

/** Go's %v. */
export function plainText(value: Value): string {
  if (value === undefined || value === null) return '<nil>'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatShortest(value)
  if (value instanceof GoObject) {
    if (value.text !== undefined) return value.text()
    if (value.fields.size === 0) return plainText(value.inner)
    return `{${[...value.fields.values()].map(plainText).join(' ')}}`
  }
  if (isMap(value)) {
    const keys = [...value.keys()].sort(compareText)
    return `map[${keys.map((key) => `${key}:${plainText(value.get(key))}`).join(' ')}]`
  }
  if (isList(value)) return `[${value.map(plainText).join(' ')}]`
  return String(value)
}
