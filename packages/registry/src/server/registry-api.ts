// The calls of etcd's v3 gateway on the built-in registry, without any transport: path and JSON in, JSON out.

import { messageOf, OutsideError } from '@pharos/base'
import type { Clock, Random, Timer } from '@pharos/base'
import {
  answerDelete,
  answerPut,
  answerRange,
  answerTxn,
  headerJson,
  keyJson,
  rangeOf,
} from './key-requests.ts'
import type { Answer } from './key-requests.ts'
import type { Change } from './key-store.ts'
import { TOKEN_MS, TOKENS_MAX, WATCH_PROGRESS_MS, WATCHES_MAX } from './limits.ts'
import { RefusedError, refusals } from './refusals.ts'
import { base64OfKey } from './registry-core.ts'
import type { RegistryCore } from './registry-core.ts'
import { Fields } from './request-fields.ts'
import { tellWatcher } from './watch-hub.ts'

export interface RegistryUser {
  readonly username: string
  readonly password: string
}

export interface ApiAnswer {
  readonly status: number
  readonly body: string
}

/** The version that is told: what we speak is that of etcd 3.4. */
const SPOKEN_VERSION = '3.4.0'

export class RegistryApi {
  readonly #core: RegistryCore
  readonly #clock: Clock
  readonly #random: Random
  readonly #user: RegistryUser | undefined
  /** Token to the monotonic ms of its last use. */
  readonly #tokens = new Map<string, number>()

  constructor(
    core: RegistryCore,
    world: { readonly clock: Clock; readonly random: Random },
    user?: RegistryUser,
  ) {
    this.#core = core
    this.#clock = world.clock
    this.#random = world.random
    this.#user = user
  }

  /** Answers one call; a refusal is an answer too. Undefined: there is no such path. */
  async call(path: string, body: string, token: string): Promise<ApiAnswer | undefined> {
    try {
      const answer = await this.#answer(path, parsed(body), token)
      if (answer === undefined) return undefined
      const isStream = path === '/v3/lease/keepalive'
      const whole = { header: headerJson(this.#core), ...answer }
      return { status: 200, body: JSON.stringify(isStream ? { result: whole } : whole) }
    } catch (error) {
      return refusalAnswer(error)
    }
  }

  /**
   * Starts a watch.
   * @param send  takes one line, newline included
   * @returns how to end it, or the refusal
   */
  watch(
    body: string,
    token: string,
    send: (line: string) => void,
  ): { readonly stop: () => void } | ApiAnswer {
    try {
      this.#checkToken(token)
      return this.#watch(parsed(body).message('create_request'), send)
    } catch (error) {
      return refusalAnswer(error)
    }
  }

  async #answer(path: string, fields: Fields, token: string): Promise<Answer | undefined> {
    if (path === '/v3/auth/authenticate') return { token: this.#login(fields) }
    this.#checkToken(token)
    const core = this.#core
    switch (path) {
      case '/v3/kv/range':
        await core.settled()
        return { header: headerJson(core), ...answerRange(core, fields) }
      case '/v3/kv/put':
        return answerPut(core, fields)
      case '/v3/kv/deleterange':
        return answerDelete(core, fields)
      case '/v3/kv/txn':
        return answerTxn(core, fields)
      case '/v3/kv/compaction':
        core.store.compact(fields.number('revision'))
        return {}
      case '/v3/lease/grant': {
        const lease = await core.grant(fields.id('ID'), fields.number('TTL'))
        return { ID: lease.id, TTL: String(lease.ttlSeconds) }
      }
      case '/v3/lease/keepalive':
        return this.#keepAlive(fields.id('ID'))
      case '/v3/lease/revoke':
      case '/v3/kv/lease/revoke':
        await core.revoke(fields.id('ID'))
        return {}
      case '/v3/lease/timetolive':
      case '/v3/kv/lease/timetolive':
        return this.#timeToLive(fields)
      case '/v3/lease/leases':
      case '/v3/kv/lease/leases': {
        const leases = [...core.leases.all()].map(({ id }) => ({ ID: id }))
        return leases.length === 0 ? {} : { leases }
      }
      case '/v3/maintenance/status':
        return { version: SPOKEN_VERSION, dbSize: String(core.journalBytes) }
      default:
        return undefined
    }
  }

  #keepAlive(id: string): Answer {
    const lease = this.#core.leases.get(id)
    if (lease === undefined) return { ID: id }
    this.#core.leases.renew(lease)
    return { ID: id, TTL: String(lease.ttlSeconds) }
  }

  #timeToLive(fields: Fields): Answer {
    const id = fields.id('ID')
    const lease = this.#core.leases.get(id)
    if (lease === undefined) return { ID: id, TTL: '-1' }
    const leftMs = Math.max(0, lease.endMs - this.#clock.monotonicMs())
    const seconds = Math.floor(leftMs / 1_000)
    return {
      ID: id,
      ...(seconds === 0 ? {} : { TTL: String(seconds) }),
      grantedTTL: String(lease.ttlSeconds),
      ...(fields.flag('keys') && lease.keys.size > 0
        ? { keys: [...lease.keys].sort().map(base64OfKey) }
        : {}),
    }
  }

  #watch(fields: Fields, send: (line: string) => void): { readonly stop: () => void } {
    const { store, watches } = this.#core
    if (watches.size >= WATCHES_MAX) throw new RefusedError(refusals.tooMany)
    const startRevision = fields.number('start_revision')
    const hasPrevious = fields.flag('prev_kv')
    const filters = fields.items('filters')
    const say = (result: Answer): void =>
      send(`${JSON.stringify({ result: { header: headerJson(this.#core), ...result } })}\n`)
    const watcher = {
      range: rangeOf(fields),
      ignoresPuts: filters.some((one) => one === 'NOPUT' || one === 0),
      ignoresDeletes: filters.some((one) => one === 'NODELETE' || one === 1),
      nextRevision: startRevision > 0 ? startRevision : store.revision + 1,
      tell: (changes: readonly Change[]): void =>
        say({ events: changes.map((one) => eventJson(one, hasPrevious)) }),
    }
    say({ created: true })
    if (startRevision > 0 && startRevision < store.compacted) {
      say({ canceled: true, compact_revision: String(store.compacted) })
      return { stop: () => {} }
    }
    if (startRevision > 0) tellWatcher(watcher, store.changesFrom(startRevision) ?? [])
    watches.add(watcher)
    const progress = fields.flag('progress_notify') ? this.#every(() => say({})) : undefined
    return {
      stop: () => {
        watches.remove(watcher)
        progress?.()
      },
    }
  }

  /** Calls again and again until told to stop. */
  #every(act: () => void): () => void {
    const arm = (): Timer =>
      this.#clock.after(WATCH_PROGRESS_MS, () => {
        act()
        timer = arm()
      })
    let timer = arm()
    return () => timer.cancel()
  }

  #login(fields: Fields): string {
    if (this.#user === undefined) throw new RefusedError(refusals.authOff)
    const isUser = isSameText(fields.text('name'), this.#user.username)
    const isPassword = isSameText(fields.text('password'), this.#user.password)
    if (!isUser || !isPassword) throw new RefusedError(refusals.authFailed)
    if (this.#tokens.size >= TOKENS_MAX) {
      const [oldest] = this.#tokens.keys()
      this.#tokens.delete(oldest!)
    }
    const token = Buffer.from(this.#random.bytes(24)).toString('base64url')
    this.#tokens.set(token, this.#clock.monotonicMs())
    return token
  }

  #checkToken(token: string): void {
    if (this.#user === undefined) return
    if (token === '') throw new RefusedError(refusals.userEmpty)
    const usedMs = this.#tokens.get(token)
    const nowMs = this.#clock.monotonicMs()
    this.#tokens.delete(token)
    if (usedMs === undefined || nowMs - usedMs > TOKEN_MS) throw new RefusedError(refusals.badToken)
    // To the end of the line: the oldest are the first to be forgotten.
    this.#tokens.set(token, nowMs)
  }
}

function eventJson({ revision, key, after, before }: Change, hasPrevious: boolean): Answer {
  const previous = hasPrevious && before !== undefined ? { prev_kv: keyJson(before) } : {}
  if (after !== undefined) return { kv: keyJson(after), ...previous }
  return {
    type: 'DELETE',
    kv: { key: base64OfKey(key), mod_revision: String(revision) },
    ...previous,
  }
}

function parsed(body: string): Fields {
  let raw: unknown
  try {
    raw = JSON.parse(body === '' ? '{}' : body)
  } catch (error) {
    throw new RefusedError(refusals.badRequest, messageOf(error).slice(0, 100))
  }
  return new Fields(raw)
}

function refusalAnswer(error: unknown): ApiAnswer {
  if (!(error instanceof OutsideError)) throw error
  // Everything else that is not our bug is the disk.
  const { code, status } = error instanceof RefusedError ? error.refusal : refusals.notStored
  const message =
    error instanceof RefusedError
      ? error.message
      : `${refusals.notStored.message}: ${error.message}`
  return { status, body: JSON.stringify({ error: message, message, code }) }
}

/** Takes as long for a wrong text as for the right one. */
function isSameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  let difference = a.length ^ b.length
  for (let i = 0; i < b.length; i++) difference |= (a[i] ?? 0) ^ b[i]!
  return difference === 0
}
