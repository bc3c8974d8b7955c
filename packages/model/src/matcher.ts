import { UserError } from '@pharos/base'
import { RE2JS } from 're2js'

export type MatchType = '=' | '!=' | '=~' | '!~'

/** One condition on one label. Regexes are RE2, anchored at both ends, `.` matches newlines. */
export class Matcher {
  readonly type: MatchType
  readonly name: string
  readonly value: string
  readonly #test: (value: string) => boolean

  /** @throws UserError `model/regex` with the reference's words when the regex does not compile */
  constructor(type: MatchType, name: string, value: string) {
    this.type = type
    this.name = name
    this.value = value
    this.#test = compile(type, value)
  }

  /** A missing label is the empty string. */
  matches(value: string): boolean {
    return this.#test(value)
  }

  /** `name="value"`, quoted as the reference prints it. */
  toString(): string {
    return `${this.name}${this.type}${JSON.stringify(this.value)}`
  }
}

function compile(type: MatchType, wanted: string): (value: string) => boolean {
  if (type === '=') return (value) => value === wanted
  if (type === '!=') return (value) => value !== wanted
  const positive = anchoredRegex(wanted)
  return type === '=~' ? positive : (value) => !positive(value)
}

function anchoredRegex(pattern: string): (value: string) => boolean {
  try {
    const regex = RE2JS.compile(`^(?s:${pattern})$`)
    return (value) => regex.matches(value)
  } catch (error) {
    throw new UserError('model/regex', String(error))
  }
}
