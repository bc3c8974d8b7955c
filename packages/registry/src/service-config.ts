// A service's own configuration: the seed's config.toml with its `[service]` section, the same as YAML, and
// environment variables over both.

import { messageOf, quoted, UserError } from '@pharos/base'
import type { Disk } from '@pharos/base'
import { parse as parseToml } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import { LEASE_SECONDS_DEFAULT } from './limits.ts'
import type { ServiceDescription } from './register-service.ts'

export interface ServiceConfig {
  /** For `registerService`; routes are added by the program. */
  readonly service: ServiceDescription
  /** From `[etcd]`; empty when nothing is said. */
  readonly endpoints: readonly string[]
  readonly username: string
  readonly password: string
}

export interface ServiceConfigOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Addresses of this machine, for `host = "auto"`: the first is taken. */
  readonly addresses?: readonly string[]
}

type Section = Readonly<Record<string, unknown>>

/** Key in the file and name in the environment. */
const VARIABLES = {
  id: 'SERVICE_ID',
  name: 'SERVICE_NAME',
  host: 'SERVICE_HOST',
  port: 'SERVICE_PORT',
  lease_time: 'SERVICE_LEASE_TIME',
  endpoints: 'ETCD_ENDPOINTS',
  username: 'ETCD_USERNAME',
  password: 'ETCD_PASSWORD',
} as const

/**
 * Reads a configuration of a service. A variable of the environment (`SERVICE_ID`, `SERVICE_NAME`, `SERVICE_HOST`,
 * `SERVICE_PORT`, `SERVICE_LEASE_TIME`, `ETCD_ENDPOINTS`, `ETCD_USERNAME`, `ETCD_PASSWORD`) wins over the file. Other
 * sections and keys are the program's own and are not looked at.
 *
 * @param text  TOML or YAML; '' when there is only the environment
 * @throws UserError `registry/config` with the file's name and the key
 * @source seeds/000, config.toml
 */
export function readServiceConfig(
  text: string,
  file: string,
  options: ServiceConfigOptions = {},
): ServiceConfig {
  const whole = parsedFile(text, file)
  const service = sectionAt(whole, 'service', file)
  const etcd = sectionAt(whole, 'etcd', file)
  const environment = options.environment ?? {}
  const at = (section: Section, key: keyof typeof VARIABLES): unknown =>
    environment[VARIABLES[key]] ?? (Object.hasOwn(section, key) ? section[key] : undefined)
  const textAt = (section: Section, key: keyof typeof VARIABLES): string => {
    const value = at(section, key)
    // `id = 1` is what people write.
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    if (value === undefined) return ''
    throw mistake(file, key, 'text', value)
  }
  const numberAt = (key: 'port' | 'lease_time', absent?: number): number => {
    const value = at(service, key) ?? absent
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number)) return number
    throw mistake(file, key, 'a whole number', value)
  }
  const wanted = (key: 'id' | 'name' | 'host'): string => {
    const value = textAt(service, key)
    if (value === '') throw mistake(file, key, 'a value', undefined)
    return value
  }
  return {
    service: {
      id: wanted('id'),
      name: wanted('name'),
      host: hostOf(wanted('host'), file, options.addresses ?? []),
      port: numberAt('port'),
      leaseTime: numberAt('lease_time', LEASE_SECONDS_DEFAULT),
    },
    endpoints: endpointsOf(at(etcd, 'endpoints'), file),
    username: textAt(etcd, 'username'),
    password: textAt(etcd, 'password'),
  }
}

/** Reads a file, `.toml`, `.yaml` or `.yml`. @throws UserError `registry/config`; OutsideError `disk/…` */
export async function loadServiceConfig(
  disk: Disk,
  path: string,
  options: ServiceConfigOptions = {},
): Promise<ServiceConfig> {
  const bytes = await disk.readFile(path, CONFIG_BYTES_MAX)
  return readServiceConfig(new TextDecoder().decode(bytes), path, options)
}

const CONFIG_BYTES_MAX = 1024 * 1024

function parsedFile(text: string, file: string): Section {
  if (text.trim() === '') return {}
  let raw: unknown
  try {
    raw = /\.ya?ml$/i.test(file) ? parseYaml(text, { maxAliasCount: 100 }) : parseToml(text)
  } catch (error) {
    throw new UserError('registry/config', `${file}: ${messageOf(error).split('\n')[0]!}`, {
      cause: error,
    })
  }
  if (raw === null || raw === undefined) return {}
  if (typeof raw !== 'object' || Array.isArray(raw))
    throw new UserError('registry/config', `${file}: wants sections, has ${quoted(typeof raw)}`)
  return raw as Section
}

function sectionAt(whole: Section, name: string, file: string): Section {
  const section = Object.hasOwn(whole, name) ? whole[name] : undefined
  if (section === undefined || section === null) return {}
  if (typeof section !== 'object' || Array.isArray(section))
    throw new UserError('registry/config', `${file}: [${name}] wants a section`)
  return section as Section
}

function hostOf(host: string, file: string, addresses: readonly string[]): string {
  if (host !== 'auto') return host
  const [first] = addresses
  if (first !== undefined) return first
  throw new UserError('registry/config', `${file}: host is "auto" but this machine has no address`)
}

function endpointsOf(value: unknown, file: string): readonly string[] {
  if (value === undefined) return []
  const list = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(list)) throw mistake(file, 'endpoints', 'a list', value)
  return (list as unknown[])
    .map((one) => {
      if (typeof one !== 'string') throw mistake(file, 'endpoints', 'texts', one)
      return one.trim()
    })
    .filter((one) => one !== '')
}

function mistake(file: string, key: string, wants: string, value: unknown): UserError {
  const has = value === undefined ? 'nothing' : quoted(JSON.stringify(value) ?? '')
  const variable = VARIABLES[key as keyof typeof VARIABLES]
  return new UserError(
    'registry/config',
    `${file}: ${key} (or ${variable}) wants ${wants}, has ${has}`,
  )
}
