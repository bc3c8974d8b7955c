// Reads the JSON of a request as the gateway's protobuf mapping does: names in snake_case or camelCase, 64-bit
// integers as text or numbers, bytes in base64. Nothing is trusted.

import { quoted } from '@pharos/base'
import { REQUEST_BYTES_MAX } from './limits.ts'
import { RefusedError, refusals } from './refusals.ts'
import { keyOfBase64 } from './registry-core.ts'

/** The fields of one message. */
export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>

  /** @throws RefusedError when `raw` is no object */
  constructor(raw: unknown) {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
      throw new RefusedError(refusals.badRequest, 'wants a JSON object')
    this.#fields = raw as Readonly<Record<string, unknown>>
  }

  has(name: string): boolean {
    return this.#at(name) !== undefined
  }

  /** One code unit a byte. */
  key(name: string): string {
    return keyOfBase64(this.#base64(name))
  }

  bytes(name: string): Uint8Array {
    return new Uint8Array(Buffer.from(this.#base64(name), 'base64'))
  }

  text(name: string): string {
    const value = this.#at(name) ?? ''
    if (typeof value !== 'string') throw this.#bad(name, 'text', value)
    return value
  }

  flag(name: string): boolean {
    const value = this.#at(name) ?? false
    if (typeof value !== 'boolean') throw this.#bad(name, 'true or false', value)
    return value
  }

  /** A whole number below 2^53. */
  number(name: string): number {
    const value = this.#at(name) ?? 0
    const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number))
      throw this.#bad(name, 'a whole number', value)
    return number
  }

  /** A 63-bit id as decimal text; '0' for none. */
  id(name: string): string {
    const value = this.#at(name) ?? '0'
    const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
    if (typeof text !== 'string' || !/^\d{1,19}$/.test(text)) throw this.#bad(name, 'an id', value)
    return String(BigInt(text))
  }

  /** An enum: its word or its number. */
  word<W extends string>(name: string, words: readonly W[]): W {
    const value = this.#at(name) ?? 0
    const word = typeof value === 'number' ? words[value] : words.find((one) => one === value)
    if (word === undefined) throw this.#bad(name, `one of ${words.join(', ')}`, value)
    return word
  }

  /** Messages of a list. */
  list(name: string): readonly Fields[] {
    return this.items(name).map((one) => new Fields(one))
  }

  items(name: string): readonly unknown[] {
    const value = this.#at(name) ?? []
    if (!Array.isArray(value)) throw this.#bad(name, 'a list', value)
    return value as readonly unknown[]
  }

  message(name: string): Fields {
    return new Fields(this.#at(name) ?? {})
  }

  #at(name: string): unknown {
    const camel = name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())
    for (const one of [name, camel])
      if (Object.hasOwn(this.#fields, one)) return this.#fields[one] ?? undefined
    return undefined
  }

  #base64(name: string): string {
    const value = this.#at(name) ?? ''
    if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value))
      throw this.#bad(name, 'base64', value)
    if (value.length > (REQUEST_BYTES_MAX * 4) / 3 + 4) throw new RefusedError(refusals.tooLarge)
    return value
  }

  #bad(name: string, wants: string, value: unknown): RefusedError {
    const has = quoted(JSON.stringify(value) ?? 'nothing')
    return new RefusedError(refusals.badRequest, `${name} wants ${wants}, has ${has}`)
  }
}
