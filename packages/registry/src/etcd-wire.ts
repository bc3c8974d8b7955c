// The JSON of etcd's v3 gateway: bytes are base64, 64-bit integers are text, fields of value zero are left out.
// Revisions stay below 2^53 for ever and are numbers here; lease ids use all 63 bits and stay text.

import { OutsideError, quoted } from '@pharos/base'

/** A stored key with its value. */
export interface KeyValue {
  readonly key: string
  readonly value: Uint8Array
  readonly createRevision: number
  readonly modRevision: number
  readonly version: number
  /** Decimal text; '0' for none. */
  readonly lease: string
}

export interface ResponseHeader {
  /** Decimal text; another one means other data. */
  readonly clusterId: string
  readonly revision: number
}

export interface WatchEvent {
  readonly type: 'put' | 'delete'
  /** Of a delete only `key` and `modRevision` are set. */
  readonly kv: KeyValue
}

export type JsonObject = Readonly<Record<string, unknown>>

const utf8 = new TextEncoder()

export function base64Of(bytes: Uint8Array | string): string {
  return Buffer.from(typeof bytes === 'string' ? utf8.encode(bytes) : bytes).toString('base64')
}

export function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}

/**
 * The end of the range of all keys that begin with `prefix`: its last byte below 0xff, plus one.
 * @source etcd clientv3 WithPrefix
 */
export function prefixEnd(prefix: string): Uint8Array {
  const bytes = utf8.encode(prefix)
  for (let i = bytes.length - 1; i >= 0; i--) {
    if (bytes[i]! === 0xff) continue
    const end = bytes.slice(0, i + 1)
    end[i] = end[i]! + 1
    return end
  }
  return Uint8Array.of(0)
}

export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = parent[key]
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw malformed(key, value)
  return value as JsonObject
}

export function listAt(parent: JsonObject, key: string): readonly JsonObject[] {
  const value = parent[key]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw malformed(key, value)
  for (const one of value as unknown[])
    if (typeof one !== 'object' || one === null) throw malformed(key, one)
  return value as readonly JsonObject[]
}

export function textAt(parent: JsonObject, key: string, absent = ''): string {
  const value = parent[key] ?? absent
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') throw malformed(key, value)
  return value
}

/** @throws OutsideError `registry/answer` for what is no whole number */
export function numberAt(parent: JsonObject, key: string): number {
  const text = textAt(parent, key, '0')
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) throw malformed(key, text)
  return value
}

export function headerOf(answer: JsonObject): ResponseHeader {
  const header = objectAt(answer, 'header')
  return { clusterId: textAt(header, 'cluster_id'), revision: numberAt(header, 'revision') }
}

export function keyValueOf(raw: JsonObject): KeyValue {
  return {
    key: new TextDecoder().decode(bytesOf(textAt(raw, 'key'))),
    value: bytesOf(textAt(raw, 'value')),
    createRevision: numberAt(raw, 'create_revision'),
    modRevision: numberAt(raw, 'mod_revision'),
    version: numberAt(raw, 'version'),
    lease: textAt(raw, 'lease', '0'),
  }
}

export function watchEventsOf(result: JsonObject): readonly WatchEvent[] {
  return listAt(result, 'events').map((event) => ({
    type: event['type'] === 'DELETE' ? 'delete' : 'put',
    kv: keyValueOf(objectAt(event, 'kv')),
  }))
}

/** @throws OutsideError `registry/answer` */
export function jsonObject(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new OutsideError('registry/answer', `the answer is not JSON: ${quoted(text)}`, {
      cause: error,
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OutsideError('registry/answer', `the answer is no JSON object: ${quoted(text)}`)
  return value as JsonObject
}

function malformed(key: string, value: unknown): OutsideError {
  return new OutsideError(
    'registry/answer',
    `the answer's ${key} is ${quoted(JSON.stringify(value) ?? 'nothing')}`,
  )
}
