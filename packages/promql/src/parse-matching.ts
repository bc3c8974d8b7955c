// What stands between an operator and its right side: bool, on(), ignoring(), group_left(), fill() …

import type { VectorMatching } from './ast.ts'
import { goQuote } from '@pharos/model'
import { literalSeconds } from './parse-durations.ts'
import { unquoted } from './parse-selector.ts'
import { isGroupingLabel } from './token.ts'
import type { TokenStream } from './token-stream.ts'

export function parseMatching(p: TokenStream): { matching: VectorMatching; returnBool: boolean } {
  const returnBool = p.takeIf('bool') !== undefined
  let labels: readonly string[] = []
  let include: readonly string[] = []
  let on = false
  let card: VectorMatching['card'] = 'one-to-one'
  if (p.type() === 'on' || p.type() === 'ignoring') {
    on = p.take().type === 'on'
    labels = parseGrouping(p)
    if (p.type() === 'group_left' || p.type() === 'group_right') {
      card = p.take().type === 'group_left' ? 'many-to-one' : 'one-to-many'
      if (p.type() === '(') include = parseGrouping(p)
    }
  }
  let fillLeft: number | undefined
  let fillRight: number | undefined
  if (p.type() === 'fill') {
    fillLeft = fillRight = parseFill(p)
  } else if (p.type() === 'fill_left') {
    fillLeft = parseFill(p)
    if (p.type() === 'fill_right') fillRight = parseFill(p)
  } else if (p.type() === 'fill_right') {
    fillRight = parseFill(p)
    if (p.type() === 'fill_left') fillLeft = parseFill(p)
  }
  return { matching: { card, labels, on, include, fillLeft, fillRight }, returnBool }
}

function parseFill(p: TokenStream): number {
  p.take()
  p.expect('(')
  const sign = p.type() === '-' || p.type() === '+' ? p.take().type : '+'
  if (p.type() !== 'number' && p.type() !== 'duration') p.unexpected()
  const value = literalSeconds(p, p.take())
  p.expect(')')
  return sign === '-' ? -value : value
}

/** `(a, "b.c", by)`; a comma may trail. */
export function parseGrouping(p: TokenStream): readonly string[] {
  const labels: string[] = []
  p.expect('(', 'grouping opts', '"("')
  if (p.takeIf(')') !== undefined) return labels
  for (;;) {
    labels.push(parseGroupingLabel(p))
    if (p.takeIf(')') !== undefined) return labels
    p.expect(',', 'grouping opts', '"," or ")"')
    if (p.takeIf(')') !== undefined) return labels
  }
}

function parseGroupingLabel(p: TokenStream): string {
  const { token } = p
  const isString = token.type === 'string'
  if (!isString && !isGroupingLabel(token.type)) p.unexpected('grouping opts', 'label')
  p.take()
  const name = isString ? unquoted(p, token) : token.text
  // Any non-empty UTF-8 is a label name.
  if (name === '' || /[\ud800-\udfff]/u.test(name))
    p.problem(token, `invalid label name for grouping: ${goQuote(name)}`)
  return name
}
