// How a simple pattern is matched without a regex machine.
import { type Part, regexShape, type Sequence, Wild } from './regex-shape.ts'

export interface RegexPlan {
  /** Decides alone; undefined when RE2 has to have the last word. */
  readonly matches: ((text: string) => boolean) | undefined
  /** False only for texts that cannot match: cheap, to be asked before RE2. */
  readonly mayMatch: (text: string) => boolean
  /** All texts that match, when they are finitely many. */
  readonly setMatches: readonly string[] | undefined
  /** Every text that matches starts with this. */
  readonly prefix: string
  /** Matches every text (`.*`). */
  readonly matchesAll: boolean
  /** Matches every text but the empty one (`.+`). */
  readonly matchesNonEmpty: boolean
}

/** With more wildcard alternatives than this RE2's automaton is faster than trying one after the other. */
const MAX_TRIED = 24

/** The plan for a pattern; for one that is not simple it only says "maybe". */
export function regexPlan(pattern: string): RegexPlan {
  const shape = regexShape(pattern)
  if (shape === undefined) return NO_PLAN
  const literals = new Set<string>()
  const sequences: Sequence[] = []
  for (const sequence of shape) {
    const only = sequence[0]
    if (sequence.length === 0) literals.add('')
    else if (sequence.length === 1 && typeof only === 'string') literals.add(only)
    else sequences.push(sequence)
  }
  const isExact = sequences.every((one) => !one.includes(Wild.opaque) && !wantsSeveral(one))
  const isFew = sequences.length <= MAX_TRIED
  const has = inSet(literals)
  const tests = isFew ? sequences.map(sequenceTest) : []
  const test = (text: string): boolean => has(text) || tests.some((one) => one(text))
  const decides =
    sequences.length === 0 ? has : literals.size === 0 && tests.length === 1 ? tests[0]! : test
  return {
    matches: isExact && isFew ? decides : undefined,
    mayMatch: isFew ? decides : () => true,
    setMatches: sequences.length === 0 ? [...literals] : undefined,
    prefix: commonPrefix([...literals, ...sequences.map(prefixOf)]),
    matchesAll: sequences.some((one) => one.length === 1 && one[0] === Wild.any),
    matchesNonEmpty:
      !literals.has('') &&
      shape.length === 1 &&
      sequences[0]?.length === 1 &&
      sequences[0][0] === Wild.some,
  }
}

/** `.+.+`: two characters at least, and characters are not what the walk counts. */
function wantsSeveral(sequence: Sequence): boolean {
  let some = 0
  return sequence.some((part) => {
    if (typeof part === 'string') some = 0
    else if (part === Wild.some) some++
    return some > 1
  })
}

const NO_PLAN: RegexPlan = {
  matches: undefined,
  mayMatch: () => true,
  setMatches: undefined,
  prefix: '',
  matchesAll: false,
  matchesNonEmpty: false,
}

function inSet(literals: ReadonlySet<string>): (text: string) => boolean {
  if (literals.size === 1) {
    const [only] = literals
    return (text) => text === only
  }
  return (text) => literals.has(text)
}

/**
 * Literals are found from left to right, each as early as it can be: with `.*` and `.+` between them the
 * earliest place is never worse. Opaque parts count as `.*`, so for them the answer is only "maybe".
 */
function sequenceTest(sequence: Sequence): (text: string) => boolean {
  const parts = sequence.map((part) => (part === Wild.opaque ? Wild.any : part))
  const first = parts[0]
  const last = parts.at(-1)
  if (parts.length === 1 && first === Wild.any) return () => true
  if (parts.length === 1 && first === Wild.some) return (text) => text !== ''
  if (parts.length === 2 && typeof first === 'string') return prefixTest(first, last)
  if (parts.length === 2 && typeof last === 'string') return suffixTest(last, first)
  const literal = parts[1]
  if (
    parts.length === 3 &&
    typeof literal === 'string' &&
    first === Wild.any &&
    last === Wild.any
  ) {
    return (text) => text.includes(literal)
  }
  return (text) => walk(parts, text)
}

function prefixTest(prefix: string, rest: Part | undefined): (text: string) => boolean {
  const least = prefix.length + (rest === Wild.some ? 1 : 0)
  return (text) => text.length >= least && text.startsWith(prefix)
}

function suffixTest(suffix: string, before: Part | undefined): (text: string) => boolean {
  const least = suffix.length + (before === Wild.some ? 1 : 0)
  return (text) => text.length >= least && text.endsWith(suffix)
}

function walk(parts: readonly Part[], text: string): boolean {
  let at = 0
  let isOpen = false // A wildcard stands before: the next literal may come later.
  let gap = 0
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!
    if (typeof part !== 'string') {
      isOpen = true
      // Opaque parts side by side with wildcards may give several in a row.
      gap = Math.max(gap, part === Wild.some ? 1 : 0)
      continue
    }
    if (i === parts.length - 1)
      return (
        text.length - part.length >= at + gap &&
        (isOpen ? text.endsWith(part) : text.length === at + part.length && text.endsWith(part))
      )
    if (isOpen) {
      const found = text.indexOf(part, at + gap)
      if (found < 0) return false
      at = found + part.length
    } else if (text.startsWith(part, at)) {
      at += part.length
    } else {
      return false
    }
    isOpen = false
    gap = 0
  }
  return text.length >= at + gap
}

function prefixOf(sequence: Sequence): string {
  const first = sequence[0]
  return typeof first === 'string' ? first : ''
}

function commonPrefix(texts: readonly string[]): string {
  let prefix = texts[0] ?? ''
  for (const text of texts) {
    let length = 0
    while (length < prefix.length && prefix[length] === text[length]) length++
    prefix = prefix.slice(0, length)
  }
  // Never end inside a surrogate pair.
  return prefix.isWellFormed() ? prefix : prefix.slice(0, -1)
}
