// Expressions of a dashboard hold variables, which are no PromQL. What else is wrong with them can still be told: something
// of the same length takes the place of each variable, so that places in the text stay.
import { quoteAt, referencesIn } from '@pharos/dashboards'

/** So many variables are tried as a name and as a number; what is beyond is a name. */
const TRIED = 4

/**
 * @returns the expression with its variables replaced, in every way that may be meant: a duration in brackets and after
 * `offset`, elsewhere a name or a number. In strings they stay.
 */
export function withoutVariables(expr: string): string[] {
  let texts = ['']
  let from = 0
  let tried = 0
  for (const { at, text } of referencesIn(expr)) {
    if (quoteAt(expr, at) !== '') continue
    const before = expr.slice(from, at)
    const choices = choicesFor(expr, at, text.length, tried < TRIED)
    if (choices.length > 1) tried++
    texts = texts.flatMap((begun) => choices.map((choice) => begun + before + choice))
    from = at + text.length
  }
  return texts.map((begun) => begun + expr.slice(from))
}

function choicesFor(expr: string, at: number, length: number, isOpen: boolean): string[] {
  const number = '1'.padStart(length, '0')
  if (/(\[[^\]]*|\boffset\s+-?\s*)$/.test(expr.slice(0, at))) {
    const hasUnit = /^\w/.test(expr.slice(at + length))
    return [hasUnit ? number : `${number.slice(1)}m`]
  }
  const name = 'v'.padEnd(length, '_')
  return isOpen ? [name, number] : [name]
}
