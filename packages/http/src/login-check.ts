// Basic authentication. bcrypt is slow on purpose, so it is the part that an attacker leans on: right passwords are
// remembered by a full digest, wrong ones cost their sender his budget, and only so many are computed at a time.

import { createHash } from 'node:crypto'
import { compare, getRounds } from 'bcryptjs'
import type { Clock } from '@pharos/base'
import {
  LOGIN_ADDRESSES_MAX,
  LOGIN_CHECKS_AT_ONCE_MAX,
  LOGIN_FAILURES_BURST,
  LOGIN_FAILURES_REFILL_MS,
  LOGIN_HEADER_BYTES_MAX,
  LOGINS_REMEMBERED_MAX,
} from './limits.ts'

/** `busy`: too many wrong or running logins; ask again later. */
type LoginVerdict = { readonly user: string } | 'wrong' | 'busy'

/** Salts of a hash that no password has; with the cost in front it takes as long as a real one. */
const NOBODY = '.zVFzKWAtL3ZmIqpBFWR7OzpzVTT3wvKwTqfrXEfBpVvVtUcGXcHG'

export class LoginCheck {
  readonly #clock: Clock
  /** Digests of what was right, oldest first. */
  readonly #right = new Set<string>()
  /** Failures that each address may still make. */
  readonly #budgets = new Map<string, { left: number; countedMs: number }>()
  #running = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * @param header  the Authorization header
   * @param users   name to bcrypt hash
   * @param from    the sender's address, for its budget of failures
   */
  async check(
    header: string | undefined,
    users: ReadonlyMap<string, string>,
    from: string,
  ): Promise<LoginVerdict> {
    const login = loginOf(header)
    if (login === undefined) return 'wrong'
    const hash = users.get(login.name)
    // Lengths stand between the parts: no two logins run together into one text.
    const digest = createHash('sha256')
      .update(JSON.stringify([login.name, hash ?? '', login.password]))
      .digest('base64')
    if (hash !== undefined && this.#right.has(digest)) return { user: login.name }
    if (!this.#hasBudget(from) || this.#running >= LOGIN_CHECKS_AT_ONCE_MAX) return 'busy'
    this.#running++
    try {
      // A name that nobody has takes as long as a wrong password.
      const isEqual = await compare(login.password, hash ?? hashOfNobody(users))
      if (hash !== undefined && isEqual && !login.password.includes('\0')) {
        this.#remember(digest)
        return { user: login.name }
      }
    } finally {
      this.#running--
    }
    this.#spend(from)
    return 'wrong'
  }

  #remember(digest: string): void {
    this.#right.add(digest)
    if (this.#right.size <= LOGINS_REMEMBERED_MAX) return
    for (const oldest of this.#right) {
      this.#right.delete(oldest)
      return
    }
  }

  #hasBudget(from: string): boolean {
    const budget = this.#budgets.get(from)
    if (budget === undefined) return true
    const now = this.#clock.monotonicMs()
    const grown = budget.left + (now - budget.countedMs) / LOGIN_FAILURES_REFILL_MS
    budget.left = Math.min(LOGIN_FAILURES_BURST, grown)
    budget.countedMs = now
    return budget.left >= 1
  }

  #spend(from: string): void {
    const budget = this.#budgets.get(from)
    if (budget !== undefined) {
      budget.left--
      return
    }
    if (this.#budgets.size >= LOGIN_ADDRESSES_MAX) this.#budgets.clear()
    const countedMs = this.#clock.monotonicMs()
    this.#budgets.set(from, { left: LOGIN_FAILURES_BURST - 1, countedMs })
  }
}

function loginOf(header: string | undefined): { name: string; password: string } | undefined {
  if (header === undefined || header.length > LOGIN_HEADER_BYTES_MAX) return undefined
  const match = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(header)
  if (match === null) return undefined
  const text = Buffer.from(match[1]!, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

function hashOfNobody(users: ReadonlyMap<string, string>): string {
  const costs = [...users.values()].map((hash) => getRounds(hash))
  return `$2b$${String(Math.max(...costs)).padStart(2, '0')}$${NOBODY.slice(0, 53)}`
}
