// Regexes in pages, without RE2: the common mistakes are told in the reference's words while somebody types,
// and the server has the last word. Matching is by the browser's own engine where both agree, which is what
// the checks of a query need (does the pattern match the empty text?); pages evaluate nothing.

import { UserError } from '@pharos/base'
import type { CompiledRegex } from './regex-engine.ts'

/** @throws UserError `model/regex` for patterns that RE2 refuses for certain */
export function compileRegex(pattern: string): CompiledRegex {
  // Inside the anchors, as RE2 sees it: they stand in its error texts.
  checkSyntax(`^(?s:${pattern})$`)
  const regex = nativeRegex(pattern)
  return {
    names: [],
    test: (text) => regex?.test(text) ?? false,
    match: (text) => regex?.exec(text) ?? undefined,
  }
}

/** Undefined for what only RE2 reads: then nothing is said about it. */
function nativeRegex(pattern: string): RegExp | undefined {
  const translated = pattern
    .replace(/^\(\?i\)/, '')
    .replaceAll('(?P<', '(?<')
    // RE2 takes a bracket in first place for a character.
    .replace(/\[(\^?)\]/g, '[$1\\]')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
  try {
    return new RegExp(`^(?:${translated})$`, pattern.startsWith('(?i)') ? 'isv' : 's')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Parentheses, classes, repetitions and escapes; everything else is taken for right. */
function checkSyntax(pattern: string): void {
  let depth = 0
  // Nothing stands before that could be repeated.
  let isStart = true
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!
    if (c === '\\') {
      i++
      if (i === pattern.length) throw refused('trailing backslash at end of expression', '')
      if (/[1-9]/.test(pattern[i]!)) throw refused('invalid escape sequence', `\\${pattern[i]}`)
      if (pattern[i] === 'Q') i = endOfQuoted(pattern, i)
      isStart = false
    } else if (c === '[') {
      i = endOfClass(pattern, i)
      isStart = false
    } else if (c === '(') {
      const look = /^\((\?<?[=!])/.exec(pattern.slice(i, i + 4))?.[1]
      // RE2 takes what looks behind for a name that does not end.
      if (look?.startsWith('?<') === true) throw refused('invalid named capture', pattern.slice(i))
      if (look !== undefined) throw refused('invalid or unsupported Perl syntax', `(${look}`)
      depth++
      isStart = true
      // Flags and names of a group are no pattern.
      const head = /^\(\?(?:P?<\w+>|[imsU-]*:?)/.exec(pattern.slice(i))
      if (head !== null) i += head[0].length - 1
    } else if (c === ')') {
      if (depth-- === 0) throw refused('unexpected )', pattern)
      isStart = false
    } else if (c === '*' || c === '+' || c === '?') {
      if (isStart) throw refused('missing argument to repetition operator', c)
    } else isStart = c === '|'
  }
  if (depth > 0) throw refused('missing closing )', pattern)
}

function endOfQuoted(pattern: string, at: number): number {
  const end = pattern.indexOf('\\E', at)
  return end < 0 ? pattern.length : end + 1
}

/** The place of the class' closing bracket. */
function endOfClass(pattern: string, at: number): number {
  let i = at + 1
  if (pattern[i] === '^') i++
  // A bracket in first place is a character.
  if (pattern[i] === ']') i++
  for (; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++
    else if (pattern.startsWith('[:', i) && pattern.includes(':]', i))
      i = pattern.indexOf(':]', i) + 1
    else if (pattern[i] === ']') return i
  }
  throw refused('missing closing ]', pattern.slice(at))
}

function refused(what: string, where: string): UserError {
  return new UserError('model/regex', `error parsing regexp: ${what}: \`${where}\``)
}
