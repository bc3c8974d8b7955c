// The one place where a pattern of a dashboard becomes a RegExp. Dashboards use look-ahead and `$1`, which the
// linear engine of `model` does not know. It runs in the page of who opened the dashboard, on short texts.
import { MAX_PATTERN_LENGTH } from './limits.ts'

/**
 * A pattern of a dashboard: `/text/flags`, or text that has to match whole. Undefined when it is none.
 */
export function patternOf(text: string): RegExp | undefined {
  const slashed = /^\/(.*?)\/([gimys]*)$/s.exec(text)
  if (slashed === null) return text.startsWith('/') ? undefined : compiled(`^${text}$`, '')
  return compiled(slashed[1]!, slashed[2]!)
}

/** One that is searched for, all of its matches found. */
export function searchPattern(pattern: string, flags: ReadonlySet<string>): RegExp | undefined {
  const kept = [...flags].filter((flag) => 'imsu'.includes(flag)).join('')
  return compiled(pattern, `${kept}g`)
}

function compiled(pattern: string, flags: string): RegExp | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH) return undefined
  try {
    return new RegExp(pattern, flags)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Whether it is found, from the start each time, also when it is a global one. */
export function isFound(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0
  return pattern.test(text)
}
