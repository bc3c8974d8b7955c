// The functions that every Go template has.

import { UserError } from '@pharos/base'
import { compareText } from '@pharos/model'
import { sprint, sprintf, sprintln } from './printf.ts'
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts'
import {
  type GoFunction,
  GoObject,
  innerOf,
  isList,
  isMap,
  isTrue,
  plainText,
  typeOf,
  type Value,
} from './value.ts'

export function callError(message: string): UserError {
  return new UserError('template/call', message)
}

/** `and` and `or` are here for their names; the evaluator stops at the first operand that decides. */
export const BUILTINS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  [
    'and',
    { minArgs: 1, maxArgs: Infinity, call: (args) => args.find((a) => !isTrue(a)) ?? args.at(-1) },
  ],
  ['or', { minArgs: 1, maxArgs: Infinity, call: (args) => args.find(isTrue) ?? args.at(-1) }],
  ['not', { minArgs: 1, maxArgs: 1, call: ([arg]) => !isTrue(arg) }],
  ['len', { minArgs: 1, maxArgs: 1, call: ([arg]) => length(arg) }],
  ['index', { minArgs: 1, maxArgs: Infinity, call: ([of, ...at]) => at.reduce(element, of) }],
  ['slice', { minArgs: 1, maxArgs: 4, call: ([of, ...at]) => slice(of, at) }],
  ['call', { minArgs: 1, maxArgs: Infinity, call: ([fn]) => refuseCall(fn) }],
  ['print', { minArgs: 0, maxArgs: Infinity, call: sprint }],
  ['println', { minArgs: 0, maxArgs: Infinity, call: sprintln }],
  [
    'printf',
    {
      minArgs: 1,
      maxArgs: Infinity,
      types: ['string', 'any'],
      call: ([format, ...args]) => sprintf(plainText(format), args),
    },
  ],
  ['html', { minArgs: 0, maxArgs: Infinity, call: (args) => escapeHtml(sprint(args)) }],
  ['js', { minArgs: 0, maxArgs: Infinity, call: (args) => escapeJs(sprint(args)) }],
  ['urlquery', { minArgs: 0, maxArgs: Infinity, call: (args) => escapeQuery(sprint(args)) }],
  ['eq', { minArgs: 1, maxArgs: Infinity, call: equalToAny }],
  ['ne', { minArgs: 2, maxArgs: 2, call: ([a, b]) => !areEqual(a, b) }],
  ['lt', { minArgs: 2, maxArgs: 2, call: ([a, b]) => order(a, b) < 0 }],
  ['le', { minArgs: 2, maxArgs: 2, call: ([a, b]) => order(a, b) <= 0 }],
  ['gt', { minArgs: 2, maxArgs: 2, call: ([a, b]) => order(a, b) > 0 }],
  ['ge', { minArgs: 2, maxArgs: 2, call: ([a, b]) => order(a, b) >= 0 }],
])

function length(value: Value): bigint {
  const inner = innerOf(value)
  if (typeof inner === 'string') return BigInt(new TextEncoder().encode(inner).length)
  if (isList(inner)) return BigInt(inner.length)
  if (isMap(inner)) return BigInt(inner.size)
  if (value === undefined || value === null) throw callError('len of nil pointer')
  throw callError(`len of type ${typeOf(value)}`)
}

function element(of: Value, at: Value): Value {
  const inner = innerOf(of)
  if (isMap(inner)) {
    const key = innerOf(at)
    if (typeof key !== 'string') throw callError(`value has type ${typeOf(at)}; should be string`)
    const found = inner.get(key)
    return found === undefined && of instanceof GoObject ? of.zero : found
  }
  if (isList(inner)) return inner[place(at, inner.length, false)]
  if (typeof inner === 'string') {
    const bytes = new TextEncoder().encode(inner)
    return BigInt(bytes[place(at, bytes.length, false)]!)
  }
  if (of === undefined || of === null) throw callError('index of untyped nil')
  throw callError(`can't index item of type ${typeOf(of)}`)
}

function place(at: Value, length: number, isEnd: boolean): number {
  const index = innerOf(at)
  if (typeof index !== 'bigint') {
    if (at === undefined || at === null) throw callError('cannot index slice/array with nil')
    throw callError(`cannot index slice/array with type ${typeOf(at)}`)
  }
  if (index < 0n || index > length || (!isEnd && index >= length))
    throw callError(`index out of range: ${index}`)
  return Number(index)
}

function slice(of: Value, at: readonly Value[]): Value {
  const inner = innerOf(of)
  if (typeof inner !== 'string' && !isList(inner))
    throw callError(`can't slice item of type ${typeOf(of)}`)
  if (typeof inner === 'string' && at.length === 3) throw callError('cannot 3-index slice a string')
  const bytes = typeof inner === 'string' ? new TextEncoder().encode(inner) : undefined
  const size = bytes?.length ?? (inner as readonly Value[]).length
  const start = at.length > 0 ? place(at[0], size, true) : 0
  const end = at.length > 1 ? place(at[1], size, true) : size
  if (start > end) throw callError(`invalid slice index: ${start} > ${end}`)
  if (bytes !== undefined) return new TextDecoder().decode(bytes.subarray(start, end))
  return (inner as readonly Value[]).slice(start, end)
}

/** Data hold no functions, so there is nothing that could be called. */
function refuseCall(value: Value): never {
  if (value === undefined || value === null) throw callError('call of nil')
  throw callError(`non-function of type ${typeOf(value)}`)
}

type Basic = boolean | bigint | number | string

function basic(value: Value): Basic | undefined {
  const inner = innerOf(value)
  return typeof inner === 'object' || inner === undefined ? undefined : inner
}

function equalToAny([first, ...others]: readonly Value[]): boolean {
  if (others.length === 0) throw callError('missing argument for comparison')
  return others.some((other) => areEqual(first, other))
}

function areEqual(a: Value, b: Value): boolean {
  const isNil = (value: Value): boolean => value === undefined || value === null
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b)
  const x = basic(a)
  const y = basic(b)
  if (x === undefined || y === undefined) {
    const sample = x === undefined ? a : b
    throw callError(
      `non-comparable type ${sample instanceof GoObject ? sample.type : typeOf(sample)}: ${typeOf(sample)}`,
    )
  }
  if (typeof x !== typeof y) throw callError('incompatible types for comparison')
  return x === y
}

function order(a: Value, b: Value): number {
  const x = basic(a)
  const y = basic(b)
  if (x === undefined || y === undefined || typeof x === 'boolean' || typeof y === 'boolean')
    throw callError('invalid type for comparison')
  if (typeof x === 'string' && typeof y === 'string') return compareText(x, y)
  if (typeof x !== typeof y) throw callError('incompatible types for comparison')
  // NaN is neither below nor above nor equal.
  return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN
}
