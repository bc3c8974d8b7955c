// Flags as data: one table a command. The command line, `--help`, `/api/v1/status/flags` and the list of
// what is accepted but not built yet all read it. Names and defaults are the reference's.

export type FlagKind = 'text' | 'bool' | 'integer' | 'number' | 'duration' | 'bytes' | 'list'

export interface Flag {
  /** Without the two dashes: `web.listen-address`. */
  readonly name: string
  readonly kind: FlagKind
  /** As written on a command line; '' for none. */
  readonly standard: string
  readonly help: string
  /** Accepted, shown, and reported at start when given: its component does not exist yet. */
  readonly isWithoutEffect?: boolean
  /** Left out of the help page. */
  readonly isHidden?: boolean
  readonly oneOf?: readonly string[]
  /** What a text has to look like. */
  readonly pattern?: RegExp
}

/** What a command line said: flag name to texts as written (a list flag may have several). */
export type FlagValues = ReadonlyMap<string, readonly string[]>

export function flag(
  name: string,
  kind: FlagKind,
  standard: string,
  help: string,
  more: Partial<Flag> = {},
): Flag {
  return { name, kind, standard, help, ...more }
}

/** Accepted for the reference's sake. */
export function idleFlag(name: string, kind: FlagKind, standard: string, help: string): Flag {
  return { name, kind, standard, help, isWithoutEffect: true }
}
