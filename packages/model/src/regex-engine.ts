// The judge of regexes: RE2, linear in time. Pages that only read and check queries load
// regex-engine-browser.ts in its place (the `browser` field of package.json), because RE2 weighs more than
// lexer, parser and printer together.

import { UserError } from '@pharos/base'
import { RE2JS } from 're2js'

/** The groups of one match: index 0 is the whole text, a group that took no part is undefined. */
export type RegexGroups = readonly (string | undefined)[]

/** A pattern that has to match whole texts, `.` newlines included. */
export interface CompiledRegex {
  test(text: string): boolean
  match(text: string): RegexGroups | undefined
  /** Group names with their numbers; a name may come twice, then the first that took part counts. */
  readonly names: readonly (readonly [string, number])[]
}

/** @throws UserError `model/regex` with the reference's words */
export function compileRegex(pattern: string): CompiledRegex {
  try {
    const regex = RE2JS.compile(`^(?s:${pattern})$`)
    return compiled(regex, Object.entries(regex.namedGroups()))
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    if (text.includes('duplicate capture group name')) return compileRenamed(pattern)
    throw new UserError('model/regex', text)
  }
}

function compiled(regex: RE2JS, names: CompiledRegex['names']): CompiledRegex {
  return {
    names,
    test: (text) => regex.testExact(text),
    match: (text) => {
      const matcher = regex.matcher(text)
      if (!matcher.matches()) return undefined
      const groups: (string | undefined)[] = []
      for (let i = 0; i <= matcher.groupCount(); i++) groups.push(matcher.group(i) ?? undefined)
      return groups
    },
  }
}

/** Go allows one group name twice, re2js does not: the groups are numbered apart, their names kept here. */
function compileRenamed(pattern: string): CompiledRegex {
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
    return compiled(
      regex,
      names.toSorted((a, b) => a[1] - b[1]),
    )
  } catch (error) {
    throw new UserError('model/regex', error instanceof Error ? error.message : String(error))
  }
}
