// Filling in `$x`, `${x.text:csv}` and `[[x]]`.
import { MAX_INTERPOLATED } from '../limits.ts'

/** One place to be filled in. */
export interface Reference {
  readonly name: string
  readonly path: string
  readonly format: string
  /** As it stands in the text. */
  readonly text: string
  readonly at: number
}

const REFERENCE = /\$(\w+)|\[\[(\w+)(?::([^\]]+))?\]\]|\$\{(\w+)(?:\.([^:}]+))?(?::([^}]+))?\}/g

/** Every reference of a text, in order. Most of `$1` and the like in regexes are none of ours: who fills in decides. */
export function referencesIn(text: string): Reference[] {
  return [...text.matchAll(REFERENCE)].map((match) => {
    const [whole, plain, square, squareFormat, braced, path = '', format] = match
    return {
      name: plain ?? square ?? braced!,
      path,
      format: squareFormat ?? format ?? '',
      text: whole,
      at: match.index,
    }
  })
}

/** `fill` gives the text for a reference, or undefined to leave it as it stands. */
export function replaceReferences(
  text: string,
  fill: (reference: Reference) => string | undefined,
): string {
  if (!text.includes('$') && !text.includes('[[')) return text
  let out = ''
  let from = 0
  for (const reference of referencesIn(text)) {
    out += text.slice(from, reference.at) + (fill(reference) ?? reference.text)
    from = reference.at + reference.text.length
    if (out.length > MAX_INTERPOLATED) return text
  }
  return out + text.slice(from)
}

/** The quote that position `at` of a PromQL expression stands in; '' outside of strings. */
export function quoteAt(expr: string, at: number): string {
  let open = ''
  for (let i = 0; i < at; i++) {
    const letter = expr[i]!
    if (open === '') {
      if (letter === '"' || letter === "'" || letter === '`') open = letter
      else if (letter === '#') {
        const end = expr.indexOf('\n', i)
        if (end < 0 || end >= at) return ''
        i = end
      }
    } else if (letter === '\\' && open !== '`') i++
    else if (letter === open) open = ''
  }
  return open
}

/** A text as the inside of a PromQL string in that quote. Outside of strings nothing is escaped. */
export function escapeFor(quote: string, text: string): string {
  if (quote === '' || quote === '`') return text
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return escaped.replaceAll(quote, `\\${quote}`)
}
