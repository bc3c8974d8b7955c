// JSON as the reference's encoder writes it, so that payloads and signatures are the same bytes: keys of maps are
// sorted, fields of structs stand in their order, and what HTML could take for markup is escaped.
import { compareText, Labels } from '@pharos/model'

export type GoJson =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Labels
  | readonly GoJson[]
  | ReadonlyMap<string, GoJson>
  | { readonly [field: string]: GoJson }

/** Text without a newline at its end. A field that is undefined is left out. @source Go encoding/json */
export function goJson(value: GoJson): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'string') return quotedJson(value)
  if (typeof value === 'number') return Number.isFinite(value) ? numberJson(value) : 'null'
  if (typeof value !== 'object') return String(value)
  if (value instanceof Labels) return labelsJson(value)
  if (Array.isArray(value)) return `[${(value as readonly GoJson[]).map(goJson).join(',')}]`
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, GoJson>)]
    return objectJson(entries.sort(([a], [b]) => compareText(a, b)))
  }
  return objectJson(Object.entries(value as { readonly [field: string]: GoJson }))
}

function objectJson(entries: readonly (readonly [string, GoJson])[]): string {
  const parts: string[] = []
  for (const [key, value] of entries)
    if (value !== undefined) parts.push(`${quotedJson(key)}:${goJson(value)}`)
  return `{${parts.join(',')}}`
}

function labelsJson({ flat }: Labels): string {
  let text = '{'
  for (let i = 0; i < flat.length; i += 2)
    text += `${i === 0 ? '' : ','}${quotedJson(flat[i]!)}:${quotedJson(flat[i + 1]!)}`
  return `${text}}`
}

/** Printable ASCII without what has to be escaped: nearly every name and value. */
const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/

function quotedJson(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Exponents only where Go writes them: below 1e-6 and from 1e21. */
function numberJson(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** What a request's body is made from: an object or a list, whose undefined fields are left out. */
export function jsonBody(value: GoJson): Uint8Array {
  return new TextEncoder().encode(`${goJson(value)}\n`)
}
