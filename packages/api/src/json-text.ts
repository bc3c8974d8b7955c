// JSON as the reference writes it: no spaces, maps sorted by name, times as RFC 3339.

import { compareText, type Labels } from '@pharos/model'

/** A string, with `<`, `>` and `&` escaped as Go does everywhere but in label sets and values. */
export function jsonText(text: string): string {
  return escaped(JSON.stringify(text))
}

function escaped(json: string): string {
  return /[<>&\u2028\u2029]/.test(json) ? json.replace(/[<>&\u2028\u2029]/g, unicodeEscape) : json
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

export function jsonTexts(texts: readonly string[]): string {
  return escaped(JSON.stringify(texts))
}

/** Label sets as `{"__name__":"up","job":"x"}`; each name and value is escaped once for an answer. */
export class LabelsJson {
  readonly #quoted = new Map<string, string>()

  of({ flat }: Labels): string {
    let text = '{'
    for (let i = 0; i < flat.length; i += 2) {
      text += `${i > 0 ? ',' : ''}${this.#text(flat[i]!)}:${this.#text(flat[i + 1]!)}`
    }
    return `${text}}`
  }

  #text(text: string): string {
    let quoted = this.#quoted.get(text)
    if (quoted === undefined) this.#quoted.set(text, (quoted = JSON.stringify(text)))
    return quoted
  }
}

/** One label set alone. */
export function jsonLabels(labels: Labels): string {
  return new LabelsJson().of(labels)
}

/** Values must be JSON already. Sorted by name. */
export function jsonMap(entries: Iterable<readonly [string, string]>): string {
  const sorted = [...entries].sort(([a], [b]) => compareText(a, b))
  return `{${sorted.map(([name, json]) => `${jsonText(name)}:${json}`).join(',')}}`
}

/** Any plain value, object keys in the order they have. */
export function jsonValue(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, unicodeEscape)
}

/** ms since 1970 as Go prints a time in JSON; undefined is Go's zero time. */
export function jsonTime(timeMs: number | undefined): string {
  if (timeMs === undefined) return '"0001-01-01T00:00:00Z"'
  return `"${new Date(timeMs).toISOString().replace(/\.?0*Z$/, 'Z')}"`
}
