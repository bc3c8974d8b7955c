// The last expressions a person ran, newest first, in the browser's storage.

export const HISTORY_MAX = 100
const KEY = 'pharos.query-history'

export interface TextStore {
  read(key: string): string | undefined
  write(key: string, value: string): boolean
}

/** @returns an empty list for a store that is empty, refused or holds something else */
export function readHistory(store: TextStore): readonly string[] {
  const text = store.read(KEY)
  if (text === undefined) return []
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
  } catch {
    return []
  }
}

/** The list with `expr` in front, kept. */
export function rememberQuery(store: TextStore, expr: string): readonly string[] {
  const trimmed = expr.trim()
  const before = readHistory(store)
  if (trimmed === '') return before
  const list = [trimmed, ...before.filter((item) => item !== trimmed)].slice(0, HISTORY_MAX)
  store.write(KEY, JSON.stringify(list))
  return list
}
