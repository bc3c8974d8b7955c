// Matchers as people type them, `a="b", c=~"d.*"`, and as the alert manager's API has them.
import type { LabelSet } from './api-types.ts'

export interface ApiMatcher {
  readonly name: string
  readonly value: string
  readonly isRegex: boolean
  readonly isEqual: boolean
}

const MATCHER =
  /^\s*("(?:[^"\\]|\\.)*"|[^\s"=!~,{}]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^\s",{}]*)\s*(,|$)/

/** Undefined when the text is not a list of matchers. */
export function parseMatchers(text: string): ApiMatcher[] | undefined {
  let rest = text.trim().replace(/^\{(.*)\}$/s, '$1')
  const matchers: ApiMatcher[] = []
  while (rest.trim() !== '') {
    const match = MATCHER.exec(rest)
    if (match === null) return undefined
    const [whole, name = '', operator = '', value = ''] = match
    matchers.push({
      name: unquoted(name),
      value: unquoted(value),
      isRegex: operator.endsWith('~'),
      isEqual: operator.startsWith('='),
    })
    rest = rest.slice(whole.length)
  }
  return matchers
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
}

export function matcherText({ name, value, isRegex, isEqual }: ApiMatcher): string {
  const shown = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name)
  return `${shown}${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}${JSON.stringify(value)}`
}

export function matchersText(matchers: readonly ApiMatcher[]): string {
  return matchers.map(matcherText).join(', ')
}

/** A matcher for each label. */
export function matchersOf(labels: LabelSet): ApiMatcher[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value, isRegex: false, isEqual: true }))
}

/** Where a silence for these matchers is made. */
export function newSilencePath(matchers: readonly ApiMatcher[]): string {
  return `/silences/new?filter=${encodeURIComponent(`{${matchersText(matchers)}}`)}`
}
