import { goQuote } from './quote.ts'
import { isValidLabelName } from './names.ts'
import { Regex } from './regex.ts'

export type MatchType = '=' | '!=' | '=~' | '!~'

/** One condition on one label. Regexes are RE2, anchored at both ends, `.` matches newlines. */
export class Matcher {
  readonly type: MatchType
  readonly name: string
  readonly value: string
  /** `!=` and `!~`: true for what the value or the regex does not match. */
  readonly isNegative: boolean
  /** The condition holds for series that have no such label. */
  readonly matchesEmpty: boolean
  /**
   * All label values that the value or the regex names, when they are finitely many. For a positive matcher
   * these are the ones it accepts, for a negative one those it refuses.
   */
  readonly setMatches: readonly string[] | undefined
  /** Every value that the value or the regex names starts with this; '' when nothing is known. */
  readonly prefix: string
  /** The value, or the regex, names every value there is: `.*`. */
  readonly namesAll: boolean
  /** The regex names every value but the empty one: `.+`. */
  readonly namesNonEmpty: boolean
  readonly #regex: Regex | undefined

  /** @throws UserError `model/regex` with the reference's words when the regex does not compile */
  constructor(type: MatchType, name: string, value: string) {
    this.type = type
    this.name = name
    this.value = value
    this.isNegative = type === '!=' || type === '!~'
    const regex = type === '=~' || type === '!~' ? Regex.anchored(value) : undefined
    this.#regex = regex
    this.setMatches = regex === undefined ? [value] : regex.setMatches
    this.prefix = regex === undefined ? value : regex.prefix
    this.namesAll = regex?.matchesAll ?? false
    this.namesNonEmpty = regex?.matchesNonEmpty ?? false
    this.matchesEmpty = this.matches('')
  }

  /** A missing label is the empty string. */
  matches(value: string): boolean {
    const isNamed = this.#regex === undefined ? value === this.value : this.#regex.matches(value)
    return isNamed !== this.isNegative
  }

  /** `name="value"`, quoted as the reference prints it. @source prometheus labels.Matcher.String */
  toString(): string {
    const name = isValidLabelName(this.name, 'legacy') ? this.name : goQuote(this.name)
    return `${name}${this.type}${goQuote(this.value)}`
  }
}
