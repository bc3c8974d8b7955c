// The options of `organize` as columns: who is shown, in what order, under what name. Names of columns come from data,
// so they are never written as a key that means something.
import type { JsonObject } from '@pharos/dashboards'
import { valueOfPath } from './json-path.ts'

interface OrganizedColumn {
  readonly name: string
  readonly isHidden: boolean
  /** Empty: its own name. */
  readonly shownAs: string
}

/** @param names  of the columns in the order of the data */
export function organizedColumns(names: readonly string[], options: JsonObject): OrganizedColumn[] {
  const place = (name: string): number => {
    const found = entryOf(options, 'indexByName', name)
    return typeof found === 'number' ? found : Number.MAX_SAFE_INTEGER
  }
  return [...names]
    .sort((a, b) => place(a) - place(b))
    .map((name) => {
      const shownAs = entryOf(options, 'renameByName', name)
      return {
        name,
        isHidden: entryOf(options, 'excludeByName', name) === true,
        shownAs: typeof shownAs === 'string' ? shownAs : '',
      }
    })
}

function entryOf(options: JsonObject, map: string, name: string): unknown {
  const entries = valueOfPath(options, map)
  return typeof entries === 'object' && entries !== null && Object.hasOwn(entries, name)
    ? (entries as JsonObject)[name]
    : undefined
}

/** The options with an entry in one of their maps; undefined takes it away. */
export function withEntry(
  options: JsonObject,
  map: string,
  name: string,
  value: unknown,
): JsonObject {
  const entries = valueOfPath(options, map)
  const before = new Map(
    Object.entries(typeof entries === 'object' && entries !== null ? entries : {}),
  )
  if (value === undefined) before.delete(name)
  else before.set(name, value)
  return { ...options, [map]: Object.fromEntries(before) }
}

/** The column one place up (-1) or down (1); from then on every column has a place of its own. */
export function withColumnMoved(
  columns: readonly OrganizedColumn[],
  options: JsonObject,
  index: number,
  by: -1 | 1,
): JsonObject {
  const names = columns.map(({ name }) => name)
  const [moved] = names.splice(index, 1)
  if (moved === undefined) return options
  names.splice(index + by, 0, moved)
  return { ...options, indexByName: Object.fromEntries(names.map((name, place) => [name, place])) }
}
