// One description of a key gives decoding, its default, what it wants when it is wrong, and how the
// effective configuration shows it. Scalars are the leaves here; `section.ts` puts them together.

import { posix } from 'node:path'
import { messageOf, quoted, UserError } from '@pharos/base'
import { formatDuration, parseDuration } from '@pharos/model'
import { z } from 'zod'
import { formatByteSize, parseByteSize } from './byte-size.ts'
import { suggestion } from './nearest.ts'
import { parseUrl, redactedUrl } from './url.ts'
import { described, YamlScalar } from './yaml-tree.ts'
import type { YamlNode } from './yaml-tree.ts'

export interface Codec<T> {
  /** From a YAML node to the final type; an absent node gives the default. */
  readonly schema: z.ZodType<T>
  /** What the effective configuration shows: text, number, boolean, list or object. */
  show(value: T): unknown
  /** The zero value, which is left out unless `omitZero` is false. */
  isZero(value: T): boolean
  readonly omitZero: boolean
  /** With relative file names made relative to the configuration's directory. */
  inDirectory(value: T, directory: string): T
}

interface Leaf<T> {
  /** For messages: `wants a duration`. */
  readonly wants: string
  readonly absent: T
  /** What an explicit null means: Go's zero value, not the default. */
  readonly zero: T
  /** @throws UserError with the reason */
  decode(scalar: YamlScalar): T
  show(value: T): unknown
}

export function leaf<T>(spec: Leaf<T>): Codec<T> {
  const schema = z.unknown().transform((raw, ctx): T => {
    const refuse = (message: string): T => {
      ctx.issues.push({ code: 'custom', message, input: raw })
      return z.NEVER
    }
    if (raw === undefined) return spec.absent
    if (!(raw instanceof YamlScalar))
      return refuse(`wants ${spec.wants}, has ${described(raw as YamlNode)}`)
    if (raw.isNull) return spec.zero
    try {
      return spec.decode(raw)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return refuse(messageOf(error))
    }
  })
  return {
    schema,
    show: (value) => spec.show(value),
    isZero: (value) => value === spec.zero,
    omitZero: true,
    inDirectory: (value) => value,
  }
}

/** Shown even when it has the zero value. */
export function always<T>(codec: Codec<T>): Codec<T> {
  return { ...codec, omitZero: false }
}

function wrong(wants: string, scalar: YamlScalar): UserError {
  return new UserError('config/value', `wants ${wants}, has ${described(scalar)}`)
}

export function text(absent = ''): Codec<string> {
  return leaf({ wants: 'text', absent, zero: '', decode: (s) => s.text, show: (v) => v })
}

/** Text that is shown as `<secret>`. */
export function secret(): Codec<string> {
  return leaf({
    wants: 'text',
    absent: '',
    zero: '',
    decode: (s) => s.text,
    show: (v) => (v === '' ? '' : '<secret>'),
  })
}

/** A file name. */
export function filePath(): Codec<string> {
  return { ...text(), inDirectory: (value, directory) => joinDirectory(directory, value) }
}

/** `path` below `directory`, unless it is empty or absolute. */
function joinDirectory(directory: string, path: string): string {
  return path === '' || posix.isAbsolute(path) ? path : posix.join(directory, path)
}

/** A URL. Passwords in it are never shown. */
export function url(): Codec<string> {
  return leaf({
    wants: 'a URL',
    absent: '',
    zero: '',
    decode(s) {
      parseUrl(s.text)
      return s.text
    },
    show: (v) => redactedUrl(v),
  })
}

const TRUE = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/
const FALSE = /^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/

function parseFlag(s: YamlScalar): boolean {
  if (s.isPlain && TRUE.test(s.text)) return true
  if (s.isPlain && FALSE.test(s.text)) return false
  const hint =
    s.isPlain || !(TRUE.test(s.text) || FALSE.test(s.text)) ? '' : '; leave out the quotes'
  throw new UserError('config/value', wrong('true or false', s).message + hint)
}

/** `true`, `yes`, `on` and their opposites, as the reference's YAML reads them. */
export function flag(absent = false): Codec<boolean> {
  return leaf({ wants: 'true or false', absent, zero: false, decode: parseFlag, show: (v) => v })
}

/** A flag that may be left open: undefined means "as the global section says". */
export function openFlag(): Codec<boolean | undefined> {
  return {
    ...leaf<boolean | undefined>({
      wants: 'true or false',
      absent: undefined,
      zero: undefined,
      decode: parseFlag,
      show: (v) => v,
    }),
  }
}

function parseNumber(s: YamlScalar, wants: string): number {
  const digits = s.text.replaceAll('_', '')
  let value = Number.NaN
  if (s.isPlain) {
    if (/^[-+]?0x[0-9a-fA-F]+$/.test(digits)) value = Number(digits.replace('+', ''))
    else if (/^0b[01]+$/.test(digits)) value = Number(digits)
    else if (/^[-+]?0o?[0-7]+$/.test(digits)) value = Number.parseInt(digits.replace('o', ''), 8)
    else if (/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(digits))
      value = Number(digits)
  }
  if (Number.isNaN(value)) throw wrong(wants, s)
  return value
}

/** A whole number. `min` 0 is what the reference calls uint. */
export function count(absent = 0, min = 0): Codec<number> {
  const wants = min === 0 ? 'a whole number from 0' : 'a whole number'
  return leaf({
    wants,
    absent,
    zero: 0,
    decode(s) {
      const value = parseNumber(s, wants)
      if (!Number.isSafeInteger(value) || value < min) throw wrong(wants, s)
      return value
    },
    show: (v) => v,
  })
}

export function integer(absent = 0): Codec<number> {
  return count(absent, Number.MIN_SAFE_INTEGER)
}

export function real(absent = 0): Codec<number> {
  return leaf({
    wants: 'a number',
    absent,
    zero: 0,
    decode: (s) => parseNumber(s, 'a number'),
    show: (v) => v,
  })
}

/** ms. The default is written as a duration. */
export function duration(absent = '0'): Codec<number> {
  return leaf({
    wants: 'a duration like 15s or 1h30m',
    absent: parseDuration(absent),
    zero: 0,
    decode: (s) => parseDuration(s.text),
    show: (v) => formatDuration(v),
  })
}

/** Bytes, powers of 1024. */
export function byteSize(): Codec<number> {
  return leaf({
    wants: 'a size like 512MB',
    absent: 0,
    zero: 0,
    decode: (s) => parseByteSize(s.text),
    show: (v) => formatByteSize(v),
  })
}

/** One of some words. `refusal` gives the reference's words where a client may look for them. */
export function oneOf<W extends string>(
  words: readonly W[],
  absent: NoInfer<W> | '',
  refusal?: (value: string) => string,
): Codec<W | ''> {
  const list = `one of ${words.join(', ')}`
  return leaf<W | ''>({
    wants: list,
    absent,
    zero: '',
    decode(s) {
      const word = words.find((candidate) => candidate === s.text)
      if (word !== undefined) return word
      const message = refusal?.(s.text) ?? `wants ${list}, has ${quoted(s.text)}`
      throw new UserError('config/value', message + suggestion(s.text, words))
    },
    show: (v) => v,
  })
}
