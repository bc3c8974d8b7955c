// RE2 patterns as the reference anchors them: `^(?s:…)$`, so `.` matches newlines and a match is a match of
// the whole text. Linear time, whatever the pattern. Simple patterns are matched by string operations and
// compiled only when their groups are asked for.

import { type CompiledRegex, compileRegex, type RegexGroups } from './regex-engine.ts'
import { regexPlan, type RegexPlan } from './regex-plan.ts'

/** Verdicts that are kept, for texts up to this length; label values repeat, and asking RE2 costs ten times more. */
const MAX_VERDICTS = 1000
const MAX_VERDICT_CHARS = 200

export class Regex {
  /** As written, without the anchors. */
  readonly pattern: string
  /** All texts that match, when they are finitely many: `a|b`, `10\.0\.[12]`. */
  readonly setMatches: readonly string[] | undefined
  /** Every text that matches starts with this; '' when nothing is known. */
  readonly prefix: string
  /** `.*` and its like: matches every text. */
  readonly matchesAll: boolean
  /** `.+`: matches every text but the empty one. */
  readonly matchesNonEmpty: boolean
  readonly #plan: RegexPlan
  readonly #verdicts = new Map<string, boolean>()
  #compiled: CompiledRegex | undefined

  private constructor(pattern: string) {
    this.pattern = pattern
    this.#plan = regexPlan(pattern)
    this.setMatches = this.#plan.setMatches
    this.prefix = this.#plan.prefix
    this.matchesAll = this.#plan.matchesAll
    this.matchesNonEmpty = this.#plan.matchesNonEmpty
    // A pattern that was read to its last character is legal; for any other RE2 is the judge, and now.
    if (this.#plan.matches === undefined) this.#compiled = compileRegex(pattern)
  }

  /**
   * Compiles a pattern that has to match a whole text.
   * @throws UserError `model/regex` with the reference's words: `error parsing regexp: …`
   * @source model/labels NewFastRegexMatcher, model/relabel NewRegexp
   */
  static anchored(pattern: string): Regex {
    return new Regex(pattern)
  }

  /** Whether the whole text matches. */
  matches(text: string): boolean {
    if (this.#plan.matches !== undefined) return this.#plan.matches(text)
    if (!this.#plan.mayMatch(text)) return false
    const known = this.#verdicts.get(text)
    if (known !== undefined) return known
    const verdict = this.#program().test(text)
    if (text.length <= MAX_VERDICT_CHARS) {
      if (this.#verdicts.size >= MAX_VERDICTS) this.#verdicts.clear()
      this.#verdicts.set(text, verdict)
    }
    return verdict
  }

  /** The groups of the match, or undefined when the text does not match. */
  match(text: string): RegexGroups | undefined {
    if (!this.#plan.mayMatch(text)) return undefined
    return this.#program().match(text)
  }

  /**
   * Fills a template with the groups of a match: `$1`, `$name`, `${name}`, `$$` is a dollar. A name is the
   * longest run of letters, digits and underscores; an unknown group is empty, a lone `$` stays.
   * @source Go regexp.Expand
   */
  expand(template: string, groups: RegexGroups): string {
    if (!template.includes('$')) return template
    return template.replace(
      /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
      (_whole, braced: string | undefined, bare: string | undefined) => {
        const name = braced ?? bare
        return name === undefined ? '$' : this.#group(name, groups)
      },
    )
  }

  #group(name: string, groups: RegexGroups): string {
    // A leading zero makes it a name, as in the reference.
    if (/^(?:0|[1-9][0-9]{0,8})$/.test(name)) return groups[Number(name)] ?? ''
    for (const [groupName, index] of this.#program().names) {
      if (groupName === name && groups[index] !== undefined) return groups[index]
    }
    return ''
  }

  #program(): CompiledRegex {
    return (this.#compiled ??= compileRegex(this.pattern))
  }
}
