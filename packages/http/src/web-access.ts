// Who may speak to a listener, and how: TLS, users, extra headers. All of it may change while the server runs; the
// source is asked for each connection and each request.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '@pharos/base'
import { LoginCheck } from './login-check.ts'
import { WEB_RATE_WAIT_MS } from './limits.ts'
import { mayAsk, type Role } from './role.ts'

type ClientAuth =
  | 'NoClientCert'
  | 'RequestClientCert'
  | 'RequireAnyClientCert'
  | 'VerifyClientCertIfGiven'
  | 'RequireAndVerifyClientCert'

/** TLS of a listener; texts are PEM. */
export interface ServerTls {
  readonly cert: string
  readonly key: string
  /** '' for what the system trusts. */
  readonly clientCa: string
  readonly clientAuth: ClientAuth
  readonly clientAllowedSans: readonly string[]
  /** Go's names; empty means the defaults. */
  readonly cipherSuites: readonly string[]
  readonly curves: readonly string[]
  readonly minVersion: string
  readonly maxVersion: string
}

export interface WebAccess {
  /** Undefined: plain HTTP. Whether there is TLS at all is settled when the listener starts. */
  readonly tls: ServerTls | undefined
  readonly headers: readonly (readonly [string, string])[]
  /** Name to bcrypt hash. Empty: nobody is asked. */
  readonly users: ReadonlyMap<string, string>
  /** By user; who is not here is an admin. */
  readonly roles: ReadonlyMap<string, Role>
  /** One request each `intervalMs` after a burst; 0: no limit. */
  readonly rateLimit: { readonly burst: number; readonly intervalMs: number }
  /** Paths that answer without a password; a `*` at the end stands for anything. */
  readonly unauthenticatedPaths: readonly string[]
}

export interface WebAccessSource {
  /** The access in force. Cheap when nothing changed; never throws once it has answered. */
  current(): Promise<WebAccess>
}

/** What is wrong with a request, for the answer. */
interface Refusal {
  readonly status: number
  readonly text: string
}

/** The door keeper of one listener. */
export class DoorKeeper {
  readonly #source: WebAccessSource
  readonly #logins: LoginCheck
  readonly #clock: Clock
  /** Requests that may still come at once, and when that was counted. */
  #tokens = Number.POSITIVE_INFINITY
  #countedMs = 0

  constructor(source: WebAccessSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
    this.#logins = new LoginCheck(clock)
  }

  /** Sets the configured headers. @returns why the request is refused, or undefined */
  async refusal(request: FastifyRequest, reply: FastifyReply): Promise<Refusal | undefined> {
    const access = await this.#source.current()
    for (const [name, value] of access.headers) reply.header(name, value)
    if (!this.#isInRate(access.rateLimit)) {
      reply.header('Retry-After', String(Math.ceil(WEB_RATE_WAIT_MS / 1_000)))
      return { status: 429, text: 'Too Many Requests' }
    }
    if (access.users.size === 0) return undefined
    const path = request.url.split('?', 1)[0]!
    if (access.unauthenticatedPaths.some((pattern) => coversPath(pattern, path))) return undefined
    const verdict = await this.#logins.check(
      request.headers.authorization,
      access.users,
      request.socket.remoteAddress ?? '',
    )
    if (typeof verdict === 'object') return roleRefusal(access, verdict.user, request)
    if (verdict === 'busy') {
      reply.header('Retry-After', '1')
      return { status: 429, text: 'Too Many Requests' }
    }
    reply.header('WWW-Authenticate', 'Basic')
    return { status: 401, text: 'Unauthorized' }
  }

  #isInRate({ burst, intervalMs }: WebAccess['rateLimit']): boolean {
    if (intervalMs === 0) return true
    const now = this.#clock.monotonicMs()
    const grown = this.#tokens + (now - this.#countedMs) / intervalMs
    this.#tokens = Math.min(Math.max(burst, 1), grown)
    this.#countedMs = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}

/** Notes the user's role on the request. */
function roleRefusal(
  { roles }: WebAccess,
  user: string,
  request: FastifyRequest,
): Refusal | undefined {
  const role = roles.get(user) ?? 'admin'
  request.role = role
  if (mayAsk(role, request)) return undefined
  return { status: 403, text: `${user} is a ${role} and may not do this` }
}

function coversPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern
}
