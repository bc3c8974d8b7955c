// JSON Web Tokens, signed with a key that the service brings. There is no default key, and one that a tutorial has
// printed is refused.
import { createHash } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'

export interface JwtOptions {
  /** Secret of HMAC SHA-256: at least 32 bytes, from the service's own configuration. */
  readonly key: string
  /** Default `JWT`. */
  readonly realm?: string
  /** How long a token holds, ms. Default a day. */
  readonly timeoutMs?: number
  /** How long after the login a token can be exchanged for a fresh one, ms. Default a week. */
  readonly maxRefreshMs?: number
}

const DAY_MS = 86_400_000
const KEY_BYTES = 32

/** SHA-256 of keys that stand in public texts. @source seeds/002 */
const PUBLISHED_KEYS: ReadonlySet<string> = new Set([
  '88179ca4c9ce4dc70da22a634e7ee8c45cccffd474b98a3cba673719ce0130d3',
])

export class WebTokens {
  readonly realm: string
  readonly #key: Uint8Array
  readonly #timeoutMs: number
  readonly #maxRefreshMs: number

  /** @throws TypeError when the key is missing, short or published */
  constructor(options: JwtOptions) {
    const key: unknown = options.key
    const bytes = new TextEncoder().encode(typeof key === 'string' ? key : '')
    if (bytes.length < KEY_BYTES)
      throw new TypeError(`jwt.key: wants ${KEY_BYTES} bytes or more, has ${bytes.length}`)
    if (PUBLISHED_KEYS.has(createHash('sha256').update(bytes).digest('hex')))
      throw new TypeError('jwt.key: this key stands in a public text; make one of your own')
    this.#key = bytes
    this.realm = options.realm ?? 'JWT'
    this.#timeoutMs = options.timeoutMs ?? DAY_MS
    this.#maxRefreshMs = options.maxRefreshMs ?? 7 * DAY_MS
  }

  /** A token for who has just logged in. `claims` may hold anything but the times. */
  async issue(
    subject: string,
    claims: JWTPayload = {},
    nowMs: number = Date.now(),
  ): Promise<string> {
    return this.#sign({ ...claims, sub: subject }, nowMs, nowMs)
  }

  /** What a token says, undefined when it is not ours or not valid (any more). */
  async verify(token: string, nowMs: number = Date.now()): Promise<JWTPayload | undefined> {
    return this.#open(token, nowMs, 0)
  }

  /**
   * A fresh token for one that is or was valid, as long as its login is recent enough.
   * @returns undefined when it is not
   */
  async refresh(token: string, nowMs: number = Date.now()): Promise<string | undefined> {
    const claims = await this.#open(token, nowMs, this.#maxRefreshMs)
    const loginMs = Number(claims?.['orig_iat']) * 1000
    if (claims === undefined || !(nowMs - loginMs <= this.#maxRefreshMs)) return undefined
    return this.#sign(claims, loginMs, nowMs)
  }

  #sign(claims: JWTPayload, loginMs: number, nowMs: number): Promise<string> {
    return new SignJWT({ ...claims, orig_iat: Math.floor(loginMs / 1000) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuedAt(Math.floor(nowMs / 1000))
      .setExpirationTime(Math.floor((nowMs + this.#timeoutMs) / 1000))
      .sign(this.#key)
  }

  async #open(token: string, nowMs: number, lateMs: number): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ['HS256'],
        currentDate: new Date(nowMs),
        clockTolerance: lateMs / 1000,
        requiredClaims: ['exp', 'sub', 'orig_iat'],
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}
