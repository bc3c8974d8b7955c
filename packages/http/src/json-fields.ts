// A backend's JSON, read with suspicion: what is missing or of another kind is empty, never a fault of ours.

export type Json = Readonly<Record<string, unknown>>

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Texts, numbers and flags as text; '' for all else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

/** The texts of an object of texts. */
export function pairsOf(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(objectOf(value)).map(([name, one]) => [name, textOf(one)] as const)
}
