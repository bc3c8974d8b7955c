// What JSON may hold, seen without trust. Keys are read with `hasOwn` and never written by assignment from outside.

/** A JSON object with whatever a stranger put there. */
export interface JsonObject {
  [key: string]: unknown
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** The objects of a list; anything else in it is left out. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** A scalar as text; anything that is none is empty. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** A deep copy of a JSON value; several times as quick as `structuredClone`, and settings are copied for every series. */
export function copyOfJson<T>(value: T): T {
  // The casts: a list stays a list and an object an object, each with copies of what it held.
  if (Array.isArray(value)) return value.map((one: unknown) => copyOfJson(one)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, copyOfJson(inner as unknown)]),
  ) as T
}

/** A deep copy with every text changed; keys stay. */
export function withTexts<T>(value: T, change: (text: string) => string): T {
  // The casts: as above.
  if (typeof value === 'string') return change(value) as T
  if (Array.isArray(value)) return value.map((one: unknown) => withTexts(one, change)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withTexts(inner as unknown, change)]),
  ) as T
}
