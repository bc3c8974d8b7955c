// Sections, lists and mappings: codecs made of codecs. A section's check sees what could be decoded even
// when other keys are wrong, so that one load reports every mistake.

import { z } from 'zod'
import type { Codec } from './codec.ts'
import { suggestion } from './nearest.ts'
import { described, YamlScalar } from './yaml-tree.ts'
import type { YamlMapping, YamlNode } from './yaml-tree.ts'

/** A codec whose values are only handed back to itself. */
interface AnyCodec {
  readonly schema: z.ZodType
  show(value: unknown): unknown
  isZero(value: unknown): boolean
  readonly omitZero: boolean
  inDirectory(value: unknown, directory: string): unknown
}

/** Notes a mistake at a key of the section, or at the section itself. */
export type Refuse = (message: string, ...at: (string | number)[]) => void

export interface SectionOptions<T> {
  /** Cross-checks. Keys that did not decode are undefined. */
  readonly check?: (value: Partial<T>, refuse: Refuse) => void
  /** Runs when everything was right. */
  readonly normalise?: (value: T) => T
}

/** The shape whose section decodes to T. */
export type ShapeOf<T> = { readonly [K in keyof T]-?: Codec<T[K]> }

export interface Section<T> extends Codec<T> {
  /** What an empty section means. */
  defaults(): T
}

/** A mapping with known keys. Absent and null mean all defaults; unknown keys are refused. */
export function section<T extends object>(
  codecs: ShapeOf<T>,
  options: SectionOptions<T> = {},
): Section<T> {
  // Methods take their parameters both ways, so each codec still gets only values of its own type.
  const shape = codecs as Readonly<Record<string, AnyCodec>>
  const partsOf = (value: T): Record<string, unknown> => value as Record<string, unknown>
  const keys = Object.keys(shape)
  const schemas = Object.fromEntries(keys.map((key) => [key, shape[key]!.schema]))
  const body = z
    .strictObject(schemas, {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? (issue['keys'] as string[]).map((key) => unknownKey(key, keys)).join('\n')
          : undefined,
    })
    .superRefine(
      (value, ctx) => {
        if (options.check === undefined) return
        const decoded = withoutFailed(value, undecodedPaths(ctx.issues))
        options.check(decoded as Partial<T>, (message, ...at) => {
          ctx.issues.push({ code: 'custom', message, path: at, input: value, params: CHECKED })
        })
      },
      { when: () => true },
    )
  const schema = z
    .unknown()
    .transform((raw, ctx): unknown => {
      if (raw !== undefined && !isNull(raw) && !isMapping(raw)) {
        const message = `wants a mapping, has ${described(raw as YamlNode)}`
        ctx.issues.push({ code: 'custom', message, input: raw })
        return z.NEVER
      }
      // Every known key is there, if only as undefined: the codecs give the defaults themselves.
      const filled = Object.create(null) as Record<string, unknown>
      for (const key of keys) filled[key] = undefined
      return isMapping(raw) ? Object.assign(filled, raw) : filled
    })
    .pipe(body)
    .transform((value) => {
      // The shape names the codec of each key, so the values are of its types.
      const decoded = value as unknown as T
      return options.normalise === undefined ? decoded : options.normalise(decoded)
    }) as unknown as z.ZodType<T>
  return {
    schema,
    defaults: () => schema.parse(undefined),
    show: (value) => shown(shape, partsOf(value)),
    isZero: (value) => keys.every((key) => shape[key]!.isZero(partsOf(value)[key])),
    inDirectory(value, directory) {
      const parts = partsOf(value)
      const moved = keys.map((key) => [key, shape[key]!.inDirectory(parts[key], directory)])
      return { ...value, ...(Object.fromEntries(moved) as Partial<T>) }
    },
    omitZero: true,
  }
}

function shown(
  shape: Readonly<Record<string, AnyCodec>>,
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const [key, codec] of Object.entries(shape)) {
    const part = value[key]
    if (codec.omitZero && codec.isZero(part)) continue
    object[key] = codec.show(part)
  }
  return object
}

/** A section that may be missing: absent and null are undefined. */
export function pointer<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    schema: z
      .unknown()
      .transform((raw) => (isNull(raw) ? undefined : raw))
      .pipe(codec.schema.optional()),
    show: (value) => (value === undefined ? undefined : codec.show(value)),
    isZero: (value) => value === undefined,
    inDirectory: (value, directory) =>
      value === undefined ? undefined : codec.inDirectory(value, directory),
    omitZero: true,
  }
}

/** A list. A null item is what `nullMessage` refuses, or its codec's own null. */
export function list<T>(item: Codec<T>, nullMessage?: string): Codec<readonly T[]> {
  const element =
    nullMessage === undefined
      ? item.schema
      : z
          .unknown()
          .transform((raw, ctx): unknown => {
            if (!isNull(raw)) return raw
            ctx.issues.push({ code: 'custom', message: nullMessage, input: raw })
            return z.NEVER
          })
          .pipe(item.schema)
  const schema = z
    .unknown()
    .transform((raw, ctx): unknown => {
      if (raw === undefined || isNull(raw)) return []
      if (Array.isArray(raw)) return raw
      const message = `wants a list, has ${described(raw as YamlNode)}`
      ctx.issues.push({ code: 'custom', message, input: raw })
      return z.NEVER
    })
    .pipe(z.array(element)) as unknown as z.ZodType<readonly T[]>
  return {
    schema,
    show: (value) => value.map((part) => item.show(part)),
    isZero: (value) => value.length === 0,
    inDirectory: (value, directory) => value.map((part) => item.inDirectory(part, directory)),
    omitZero: true,
  }
}

/** A mapping with free keys, in the order of the file. */
export function mapOf<T>(
  item: Codec<T>,
  checkKey?: (key: string, refuse: Refuse) => void,
): Codec<readonly (readonly [string, T])[]> {
  const schema = z.unknown().transform((raw, ctx): readonly (readonly [string, T])[] => {
    if (raw === undefined || isNull(raw)) return []
    if (!isMapping(raw)) {
      const message = `wants a mapping, has ${described(raw as YamlNode)}`
      ctx.issues.push({ code: 'custom', message, input: raw })
      return z.NEVER
    }
    return Object.entries(raw).map(([key, node]) => {
      checkKey?.(key, (message) => {
        ctx.issues.push({ code: 'custom', message, path: [key], input: node })
      })
      return [key, forward(item.schema, node, [key], ctx.issues)] as const
    })
  })
  return {
    schema,
    // Sorted, because the reference keeps no order either.
    show: (value) =>
      Object.fromEntries(
        value
          .map(([key, part]) => [key, item.show(part)] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    isZero: (value) => value.length === 0,
    inDirectory: (value, directory) =>
      value.map(([key, part]) => [key, item.inDirectory(part, directory)] as const),
    omitZero: true,
  }
}

interface IssueSink {
  push(issue: {
    readonly code: 'custom'
    readonly message: string
    readonly path: PropertyKey[]
    readonly input: unknown
    readonly params?: Record<string, unknown>
  }): number
}

/** Parses a part and puts its issues, below `path`, among those of the whole. */
function forward<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  path: readonly (string | number)[],
  issues: IssueSink,
): T {
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    const at = [...path, ...issue.path]
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split('\n')
      issue.keys.forEach((key, i) => {
        const message = messages[i] ?? issue.message
        issues.push({
          code: 'custom',
          message,
          path: [...at, key],
          input: raw,
          params: UNKNOWN_KEY,
        })
      })
    } else {
      const params = issue.code === 'custom' && issue.params !== undefined ? issue.params : {}
      issues.push({ code: 'custom', message: issue.message, path: at, input: raw, params })
    }
  }
  return z.NEVER
}

const UNKNOWN_KEY = { isUnknownKey: true }

/** Marks what a check refused: the value itself did decode. */
const CHECKED = { isChecked: true }

interface PendingIssue {
  readonly code?: string | undefined
  readonly path?: readonly PropertyKey[] | undefined
  readonly params?: Record<string, unknown> | undefined
}

/** Paths of the issues that say that there is no value. */
function undecodedPaths(issues: readonly unknown[]): readonly (readonly PropertyKey[])[] {
  // What zod collects while it parses has more kinds than its types tell.
  return (issues as readonly PendingIssue[])
    .filter((issue) => issue.code !== 'unrecognized_keys' && issue.params?.['isChecked'] !== true)
    .map((issue) => issue.path ?? [])
}

export interface FlatIssue {
  readonly path: readonly (string | number)[]
  readonly message: string
  /** The mistake is the key itself; the message belongs to the section around it. */
  readonly isUnknownKey: boolean
}

/** Every mistake of a node, one entry each, with its path. */
export function decode<T>(
  codec: Codec<T>,
  raw: YamlNode | undefined,
): { readonly value: T } | { readonly issues: readonly FlatIssue[] } {
  const collected: { path: PropertyKey[]; message: string; params?: Record<string, unknown> }[] = []
  const value = forward(codec.schema, raw, [], collected)
  if (collected.length === 0) return { value }
  return {
    issues: collected.map(({ path, message, params }) => ({
      path: path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
      message,
      isUnknownKey: params?.['isUnknownKey'] === true,
    })),
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key ${key}${suggestion(key, known)}`
}

function isNull(raw: unknown): boolean {
  return raw instanceof YamlScalar && raw.isNull
}

function isMapping(raw: unknown): raw is YamlMapping {
  return (
    typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !(raw instanceof YamlScalar)
  )
}

/** A copy in which everything that an issue points into is undefined. */
function withoutFailed(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  const inner = paths.filter((path) => path.length > 0)
  if (typeof value !== 'object' || value === null || inner.length === 0) return value
  const copy: Record<PropertyKey, unknown> = Array.isArray(value)
    ? ([...value] as never)
    : { ...(value as Record<PropertyKey, unknown>) }
  for (const key of new Set(inner.map((path) => path[0]!))) {
    const below = inner.filter((path) => path[0] === key).map((path) => path.slice(1))
    copy[key] = below.some((path) => path.length === 0)
      ? undefined
      : withoutFailed(copy[key], below)
  }
  return copy
}
