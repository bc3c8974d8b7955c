// RE2 patterns as the reference anchors them: `^(?s:…)$`, so `.` matches newlines and a match is a match of
// the whole text. Linear time, whatever the pattern. Simple patterns are matched by string operations and
// compiled only when their groups are asked for.

import { UserError } from '@pharos/base'
import { RE2JS } from 're2js'
import { regexPlan, type RegexPlan } from './regex-plan.ts'

/** The groups of one match: index 0 is the whole text, a group that took no part is undefined. */
export type RegexGroups = readonly (string | undefined)[]

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
  #compiled: Compiled | undefined

  private constructor(pattern: string) {
    this.pattern = pattern
    this.#plan = regexPlan(pattern)
    this.setMatches = this.#plan.setMatches
    this.prefix = this.#plan.prefix
    this.matchesAll = this.#plan.matchesAll
    this.matchesNonEmpty = this.#plan.matchesNonEmpty
    // A pattern that was read to its last character is legal; for any other RE2 is the judge, and now.
    if (this.#plan.matches === undefined) this.#compiled = compile(pattern)
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
    const verdict = this.#program().regex.testExact(text)
    if (text.length <= MAX_VERDICT_CHARS) {
      if (this.#verdicts.size >= MAX_VERDICTS) this.#verdicts.clear()
      this.#verdicts.set(text, verdict)
    }
    return verdict
  }

  /** The groups of the match, or undefined when the text does not match. */
  match(text: string): RegexGroups | undefined {
    if (!this.#plan.mayMatch(text)) return undefined
    const matcher = this.#program().regex.matcher(text)
    if (!matcher.matches()) return undefined
    const groups: (string | undefined)[] = []
    for (let i = 0; i <= matcher.groupCount(); i++) groups.push(matcher.group(i) ?? undefined)
    return groups
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

  #program(): Compiled {
    return (this.#compiled ??= compile(this.pattern))
  }
}

interface Compiled {
  readonly regex: RE2JS
  /** Group names with their numbers; a name may come twice, then the first that took part counts. */
  readonly names: readonly (readonly [string, number])[]
}

function compile(pattern: string): Compiled {
  try {
    const regex = RE2JS.compile(`^(?s:${pattern})$`)
    return { regex, names: Object.entries(regex.namedGroups()) }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    if (text.includes('duplicate capture group name')) return compileRenamed(pattern)
    throw new UserError('model/regex', text)
  }
}

/** Go allows one group name twice, re2js does not: the groups are numbered apart, their names kept here. */
function compileRenamed(pattern: string): Compiled {
  const given: string[] = []
  // Escapes, quoted runs and classes are stepped over, so that only real groups are renamed.
  const renamed = pattern.replace(
    /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?P?<(\w+)>/gsu,
    (whole, name: string | undefined) => {
      if (name === undefined) return whole
      given.push(name)
      return `(?P<group${given.length - 1}>`
    },
  )
  try {
    const regex = RE2JS.compile(`^(?s:${renamed})$`)
    const names = Object.entries(regex.namedGroups()).map(
      ([name, index]) => [given[Number(name.slice(5))]!, index] as const,
    )
    return { regex, names: names.toSorted((a, b) => a[1] - b[1]) }
  } catch (error) {
    throw new UserError('model/regex', error instanceof Error ? error.message : String(error))
  }
}
