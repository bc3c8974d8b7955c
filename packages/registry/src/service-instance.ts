// One instance of a service and its JSON in the registry. Services in Go write the same value with
// encoding/json, so ours is the same byte by byte: the order of the keys, no spaces, and Go's escapes.

import { messageOf, quoted, UserError } from '@pharos/base'
import {
  HOST_CHARS_MAX,
  METADATA_MAX,
  NAME_CHARS_MAX,
  ROUTES_MAX,
  VALUE_BYTES_MAX,
} from './limits.ts'

export interface ServiceRoute {
  /** `/metrics`. */
  readonly path: string
  /** `GET`; `ANY` when the framework answers every method. */
  readonly method: string
}

/** A service instance, stored as `/service/{name}/{id}`. */
export interface ServiceInstance {
  readonly id: string
  readonly name: string
  /** Host name or address without brackets, as a scraper can reach it. */
  readonly host: string
  readonly port: number
  /** Lease, s. */
  readonly leaseTime: number
  readonly routes: readonly ServiceRoute[]
  readonly metadata: Readonly<Record<string, string>>
}

/** Where the seed's services register. */
export const SERVICE_PREFIX = '/service/'

/** `/service/{name}/{id}` below another prefix if one is given. */
export function serviceKey(
  instance: Pick<ServiceInstance, 'name' | 'id'>,
  prefix: string = SERVICE_PREFIX,
): string {
  return `${prefix}${instance.name}/${instance.id}`
}

/**
 * The value of an instance as Go's encoding/json writes it: keys `id name host port lease_time routes`, and
 * `metadata` behind them only when there is some.
 *
 * @source seeds/000, registration; Go's encoding/json with HTML escapes
 */
export function instanceJson(instance: ServiceInstance): string {
  const { id, name, host, port, leaseTime, routes, metadata } = instance
  const value = {
    id,
    name,
    host,
    port,
    lease_time: leaseTime,
    routes: routes.map(({ path, method }) => ({ path, method })),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed() : part,
  )
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * Refuses what could not be found again, or would change the meaning of a key or an address.
 * @throws UserError `registry/service`
 */
export function checkInstance(instance: ServiceInstance): void {
  const why =
    mistakeOf(instance) ??
    (instance.leaseTime < 1
      ? `lease time wants at least 1 s, has ${instance.leaseTime}`
      : undefined)
  if (why !== undefined) throw new UserError('registry/service', `service ${why}`)
  if (new TextEncoder().encode(instanceJson(instance)).length > VALUE_BYTES_MAX)
    throw new UserError('registry/service', `service value is over ${VALUE_BYTES_MAX} bytes`)
}

/**
 * Reads a registered value. Input is never trusted: whoever may write to the registry must not thereby write
 * into targets.json or into a label.
 *
 * @param value  as stored, not yet known to be text
 * @returns  the instance, or the reason why it is none
 */
export function readInstance(value: Uint8Array): ServiceInstance | string {
  if (value.length > VALUE_BYTES_MAX)
    return `value has ${value.length} bytes, more than ${VALUE_BYTES_MAX}`
  let raw: unknown
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value))
  } catch (error) {
    return `value is not JSON: ${messageOf(error).slice(0, 100)}`
  }
  if (!isObject(raw)) return 'value is not a JSON object'
  const at = (key: string): unknown => (Object.hasOwn(raw, key) ? raw[key] : undefined)
  const routes = routesIn(at('routes'))
  if (typeof routes === 'string') return routes
  const metadata = metadataIn(at('metadata'))
  if (typeof metadata === 'string') return metadata
  const id = at('id')
  const lease = at('lease_time') ?? 0
  if (typeof id !== 'string') return `id wants text, has ${shown(id)}`
  const name = at('name')
  if (typeof name !== 'string') return `name wants text, has ${shown(name)}`
  const host = at('host')
  if (typeof host !== 'string') return `host wants text, has ${shown(host)}`
  const port = at('port')
  if (typeof port !== 'number') return `port wants a number, has ${shown(port)}`
  if (typeof lease !== 'number' || !(lease >= 0) || !Number.isFinite(lease))
    return `lease_time wants a number from 0, has ${shown(lease)}`
  const instance = { id, name, host, port, leaseTime: lease, routes, metadata }
  return mistakeOf(instance) ?? instance
}

function mistakeOf(instance: ServiceInstance): string | undefined {
  const { id, name, host, port, leaseTime, routes, metadata } = instance
  for (const [what, text] of [
    ['id', id],
    ['name', name],
  ] as const) {
    if (text === '' || text.length > NAME_CHARS_MAX || !isKeyPart(text))
      return `${what} wants 1 to ${NAME_CHARS_MAX} characters without "/", spaces and control characters, has ${quoted(text)}`
  }
  if (host.length > HOST_CHARS_MAX || !HOST.test(host))
    return `host wants a host name or an address, has ${quoted(host)}`
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return `port wants 1 to 65535, has ${port}`
  if (!Number.isFinite(leaseTime) || leaseTime < 0)
    return `lease time wants seconds, has ${leaseTime}`
  if (routes.length > ROUTES_MAX) return `has ${routes.length} routes, more than ${ROUTES_MAX}`
  if (Object.keys(metadata).length > METADATA_MAX)
    return `has ${Object.keys(metadata).length} metadata, more than ${METADATA_MAX}`
  return undefined
}

/** Names, IPv4, IPv6 with or without a zone. Nothing that could end an address or start another field. */
const HOST =
  /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|(?=(?:[^:]*:){2})[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?)$/

function isKeyPart(text: string): boolean {
  // "." and ".." would be other keys to whoever joins paths.
  return !/[\s/\p{Cc}\p{Cs}]/u.test(text) && text !== '.' && text !== '..'
}

function routesIn(raw: unknown): readonly ServiceRoute[] | string {
  if (raw === undefined || raw === null) return []
  if (!Array.isArray(raw)) return `routes wants a list, has ${shown(raw)}`
  if (raw.length > ROUTES_MAX) return `has ${raw.length} routes, more than ${ROUTES_MAX}`
  const routes: ServiceRoute[] = []
  for (const one of raw as unknown[]) {
    if (!isObject(one) || typeof one['path'] !== 'string' || typeof one['method'] !== 'string')
      return `routes wants objects with path and method, has ${shown(one)}`
    routes.push({ path: one['path'], method: one['method'] })
  }
  return routes
}

function metadataIn(raw: unknown): Readonly<Record<string, string>> | string {
  // Without prototype, so that a key `__proto__` is a key.
  const metadata = Object.create(null) as Record<string, string>
  if (raw === undefined || raw === null) return metadata
  if (!isObject(raw)) return `metadata wants an object, has ${shown(raw)}`
  for (const [key, value] of Object.entries(raw)) {
    if (typeof value !== 'string') return `metadata ${quoted(key)} wants text, has ${shown(value)}`
    metadata[key] = value
  }
  return metadata
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  return quoted((JSON.stringify(value) ?? 'nothing').slice(0, 100))
}
