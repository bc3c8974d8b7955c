// The three kinds of failure. A caller can tell from the class who is at fault and what happens next:
// a UserError becomes a 4xx answer or a `file:line:col` line, an OutsideError is counted and retried
// where a policy says so, a BugError stops the query, scrape or process that met it.

/** The query, the file or the request is wrong. Never carries a stack to the user. */
export class UserError extends Error {
  /** Stable, listed with its remedy in docs/guide/errors.md, for example `config/unknown-key`. */
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UserError'
    this.code = code
  }
}

/** Disk, network, target or another process failed. State is sound; the operation did not happen. */
export class OutsideError extends Error {
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OutsideError'
    this.code = code
  }
}

/** We are at fault. */
export class BugError extends Error {
  constructor(message: string) {
    super(`bug: ${message}`)
    this.name = 'BugError'
  }
}

/** Stops here: an invariant does not hold. */
export function bug(message: string): never {
  throw new BugError(message)
}

/** Throws BugError when `condition` is false. For our own invariants only; input is checked, not asserted. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) bug(message)
}

/** The message of whatever was thrown, cut at 500 characters. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}

/** A value as it may stand in an error message: quoted, control characters escaped, at most 200 characters. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value)
}
