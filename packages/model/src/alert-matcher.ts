// Conditions on alerts: routes, silences, inhibition, filters. They differ from the matchers of series in that `.`
// does not match a newline and in how they are printed.
import { goQuote } from './quote.ts'
import type { Labels } from './labels.ts'
import { Matcher, type MatchType } from './matcher.ts'

/** Characters that end a word without quotes; a name with one of them is printed in quotes. */
export const RESERVED: RegExp = /[\p{White_Space}{}!=~,\\"'`]/u

export class AlertMatcher {
  readonly type: MatchType
  readonly name: string
  readonly value: string
  readonly #matcher: Matcher
  /** For the rare text with a newline: the same regex, in which `.` does not match it. */
  #oneLine: Matcher | undefined

  /** @throws UserError `model/regex` with the reference's words when the regex does not compile */
  constructor(type: MatchType, name: string, value: string) {
    this.type = type
    this.name = name
    this.value = value
    this.#matcher = new Matcher(type, name, value)
  }

  get isRegex(): boolean {
    return this.type === '=~' || this.type === '!~'
  }

  get isNegative(): boolean {
    return this.#matcher.isNegative
  }

  /** A missing label is the empty text. */
  matches(value: string): boolean {
    if (!this.isRegex || !value.includes('\n')) return this.#matcher.matches(value)
    this.#oneLine ??= new Matcher(this.type, this.name, `(?-s:${this.value})`)
    return this.#oneLine.matches(value)
  }

  equals(other: AlertMatcher): boolean {
    return this.type === other.type && this.name === other.name && this.value === other.value
  }

  /** `name="value"`. @source Alertmanager pkg/labels Matcher.String */
  toString(): string {
    if (RESERVED.test(this.name)) return goQuote(this.name) + this.type + goQuote(this.value)
    const value = this.value
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', String.raw`\n`)
      .replaceAll('"', String.raw`\"`)
    return `${this.name}${this.type}"${value}"`
  }
}

/** `{a="1",b=~"x.*"}`, as keys of routes and groups have it. */
export function alertMatchersText(matchers: readonly AlertMatcher[]): string {
  return `{${matchers.join(',')}}`
}

/** All of them hold. */
export function matchesAlert(matchers: readonly AlertMatcher[], labels: Labels): boolean {
  for (const matcher of matchers) if (!matcher.matches(labels.get(matcher.name))) return false
  return true
}

const TYPE_ORDER: readonly MatchType[] = ['=', '!=', '=~', '!~']

/** By name, then value, then kind, in the order of bytes as far as names go. @source labels.Matchers.Less */
export function compareAlertMatchers(a: AlertMatcher, b: AlertMatcher): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  if (a.value !== b.value) return a.value < b.value ? -1 : 1
  return TYPE_ORDER.indexOf(a.type) - TYPE_ORDER.indexOf(b.type)
}
