import { quoted, UserError } from '@pharos/base'
import { parseDuration, parseValue } from '@pharos/model'
import type { Flag, FlagValues } from './flag.ts'

const BYTE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
  PB: 2 ** 50,
  EB: 2 ** 60,
}

/** Typed access to the flags of one command: what was given, otherwise the standard value. */
export class FlagReader {
  readonly #flags: ReadonlyMap<string, Flag>
  readonly #values: FlagValues

  constructor(flags: readonly Flag[], values: FlagValues) {
    this.#flags = new Map(flags.map((one) => [one.name, one]))
    this.#values = values
    for (const one of flags) this.#check(one)
  }

  isGiven(name: string): boolean {
    return this.#values.has(name)
  }

  text(name: string): string {
    return this.#values.get(name)?.at(-1) ?? this.#flag(name).standard
  }

  /** All texts of a repeatable flag; commas separate too. */
  list(name: string): string[] {
    const texts = this.#values.get(name) ?? [this.#flag(name).standard]
    return texts.flatMap((text) => text.split(',')).filter((text) => text !== '')
  }

  bool(name: string): boolean {
    return this.text(name) === 'true'
  }

  number(name: string): number {
    return parseValue(this.text(name)) ?? this.#refuse(name, 'a number')
  }

  /** ms; 0 when there is no text. */
  durationMs(name: string): number {
    const text = this.text(name)
    return text === '' ? 0 : parseDuration(text)
  }

  bytes(name: string): number {
    const text = this.text(name)
    if (text === '0' || text === '') return 0
    const match = /^(\d+)([KMGTPE]?)(?:i?B)$/.exec(text)
    if (match === null) this.#refuse(name, 'a size with its unit, for example 512MB')
    return Number(match[1]) * BYTE_UNITS[`${match[2]!}B`]!
  }

  /** Every flag with its value as text, sorted by name: what /api/v1/status/flags answers. */
  all(): Map<string, string> {
    const names = [...this.#flags.keys()].sort((a, b) => (a < b ? -1 : 1))
    return new Map(
      names.map((name) => [name, (this.#values.get(name) ?? [this.text(name)]).join(',')]),
    )
  }

  /** Given flags that have no effect yet. */
  withoutEffect(): string[] {
    return [...this.#values.keys()].filter(
      (name) => this.#flags.get(name)?.isWithoutEffect === true,
    )
  }

  #flag(name: string): Flag {
    const one = this.#flags.get(name)
    if (one === undefined) throw new UserError('flag/unknown', `unknown flag --${name}`)
    return one
  }

  #check(one: Flag): void {
    const text = this.text(one.name)
    if (one.oneOf !== undefined && !one.oneOf.includes(text))
      this.#refuse(one.name, `one of ${one.oneOf.join(', ')}`)
    if (one.pattern?.test(text) === false) this.#refuse(one.name, `the form ${one.pattern.source}`)
    if (one.kind === 'bool' && text !== 'true' && text !== 'false')
      this.#refuse(one.name, 'true or false')
    if (one.kind === 'integer' && !/^[+-]?\d+$/.test(text)) this.#refuse(one.name, 'an integer')
    if (one.kind === 'number') this.number(one.name)
    if (one.kind === 'bytes') this.bytes(one.name)
    if (one.kind === 'duration') this.#checkDuration(one.name)
  }

  #checkDuration(name: string): void {
    try {
      this.durationMs(name)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      this.#refuse(name, 'a duration, for example 15s, 5m or 2h')
    }
  }

  #refuse(name: string, wanted: string): never {
    throw new UserError(
      'flag/invalid',
      `--${name}: wants ${wanted}, has ${quoted(this.text(name))}`,
    )
  }
}
