// Values inside of JSON by path, `legend.placement`; an empty path is the whole. Nothing is changed in place.
import type { JsonObject } from '@pharos/dashboards'

export function valueOfPath(holder: unknown, path: string): unknown {
  let at = holder
  for (const step of stepsOf(path)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as JsonObject)[step]
  }
  return at
}

/** The holder with another value at a path; undefined takes the key away. */
export function withPath<T>(holder: T, path: string, value: unknown): T {
  const steps = stepsOf(path)
  const set = (before: unknown, at: number): unknown => {
    const step = steps[at]
    if (step === undefined) return value
    const old = isObject(before) ? before : {}
    const next = set(Object.hasOwn(old, step) ? old[step] : undefined, at + 1)
    const { [step]: _, ...rest } = old
    // A key that stays keeps its place, so that the file changes in one line.
    return next === undefined ? rest : { ...old, [step]: next }
  }
  // The paths are those of tables that fit the holder.
  return set(holder, 0) as T
}

function stepsOf(path: string): string[] {
  return path === '' ? [] : path.split('.')
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
