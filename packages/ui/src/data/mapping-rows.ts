// Value mappings as rows of a form. A mapping of the kind `value` holds several values: each is a row of its own.
// What a row does not show (icon, index, keys of others) stays in it.
import type { JsonObject, ValueMapping, ValueMappingResult } from '@pharos/dashboards'

export const SPECIAL_MATCHES = ['null', 'nan', 'null+nan', 'true', 'false', 'empty'] as const

type Condition =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'range'; readonly from: number | null; readonly to: number | null }
  | { readonly kind: 'regex'; readonly pattern: string }
  | { readonly kind: 'special'; readonly match: string }
  /** A kind of somebody else's: it keeps its place and its JSON. */
  | { readonly kind: 'other' }

export type MappingKind = 'value' | 'range' | 'regex' | 'special'

export type MappingRow = Condition & {
  readonly result: ValueMappingResult
  /** What the file has; undefined for a row that was added here. */
  readonly stored: ValueMapping | undefined
}

export function mappingRows(mappings: readonly ValueMapping[]): MappingRow[] {
  return mappings.flatMap((stored): MappingRow[] => {
    switch (stored.type) {
      case 'value':
        return Object.entries(stored.options).map(([value, result]) => ({
          kind: 'value',
          value,
          result,
          stored,
        }))
      case 'range': {
        const { from = null, to = null, result = {} } = partly(stored.options)
        return [{ kind: 'range', from, to, result, stored }]
      }
      case 'regex': {
        const { pattern = '', result = {} } = partly(stored.options)
        return [{ kind: 'regex', pattern, result, stored }]
      }
      case 'special': {
        const { match = 'null', result = {} } = partly(stored.options)
        return [{ kind: 'special', match, result, stored }]
      }
      default:
        return [{ kind: 'other', result: {}, stored }]
    }
  })
}

/** Files are written by hand, too: any of their options may be missing. */
function partly<T>(options: T): Partial<T> {
  return options
}

/** Rows as they are stored: neighbours of the kind `value` share one mapping, unless the file has two. */
export function mappingsOf(rows: readonly MappingRow[]): ValueMapping[] {
  const mappings: ValueMapping[] = []
  let open:
    | { stored: ValueMapping | undefined; values: Map<string, ValueMappingResult> }
    | undefined
  const close = () => {
    if (open !== undefined)
      mappings.push(storedAs(open.stored, 'value', Object.fromEntries(open.values)))
    open = undefined
  }
  for (const row of rows) {
    if (row.kind !== 'value') {
      close()
      if (row.kind === 'other') mappings.push(row.stored!)
      else mappings.push(singleMapping(row))
      continue
    }
    // A value that is named twice counts where it comes first: the second one needs a mapping of its own.
    const isNext =
      open === undefined ||
      open.values.has(row.value) ||
      (row.stored !== undefined && open.stored !== undefined && row.stored !== open.stored)
    if (isNext) {
      close()
      open = { stored: undefined, values: new Map() }
    }
    open!.stored ??= row.stored
    open!.values.set(row.value, row.result)
  }
  close()
  return mappings
}

function singleMapping(
  row: Exclude<MappingRow, { kind: 'value' } | { kind: 'other' }>,
): ValueMapping {
  const { kind, stored, result } = row
  const before = stored?.type === kind ? (stored.options as JsonObject) : {}
  const condition =
    row.kind === 'range'
      ? { from: row.from, to: row.to }
      : row.kind === 'regex'
        ? { pattern: row.pattern }
        : { match: row.match }
  return storedAs(stored, kind, { ...before, ...condition, result })
}

function storedAs(
  stored: ValueMapping | undefined,
  type: MappingKind,
  options: object,
): ValueMapping {
  // Each kind was put together with the options that belong to it.
  return { ...(stored?.type === type ? stored : {}), type, options } as ValueMapping
}

/** The row with a condition of another kind; what it is shown as stays. */
export function withKind(row: MappingRow, kind: MappingKind): MappingRow {
  const { result } = row
  const text = row.kind === 'value' ? row.value : row.kind === 'regex' ? row.pattern : ''
  switch (kind) {
    case 'value':
      return { kind, value: text, result, stored: undefined }
    case 'regex':
      return { kind, pattern: text, result, stored: undefined }
    case 'special':
      return { kind, match: 'null', result, stored: undefined }
    case 'range': {
      const number = text === '' ? NaN : Number(text)
      const from = Number.isFinite(number) ? number : null
      return { kind, from, to: from, result, stored: undefined }
    }
  }
}
