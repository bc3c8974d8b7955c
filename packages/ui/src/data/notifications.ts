// What the operator of this server should know now, as the server tells it: all of it when a stream begins, then each change.
import type { Api } from './api.ts'
import { after, isPageVisible, onVisibility, openEvents } from './browser.ts'

export interface ServerNotification {
  readonly text: string
  /** Since when, RFC 3339. */
  readonly date: string
  readonly active: boolean
  readonly kind: string
  readonly count?: number
  readonly detail?: string
}

interface NotificationState {
  /** Newest first. */
  readonly items: readonly ServerNotification[]
  /** The server has not been heard of for some seconds. */
  readonly isAway: boolean
}

/** Longer than a restart without much to replay, so that a reload of the server does not flash. */
const AWAY_MS = 4000
/** After a stream that was refused for good: lists are asked for, and the stream now and then. */
const POLL_MS = 15_000
const RETRY_MS = 3000
/** All that is active comes at the beginning of a stream, at once. */
const FIRST_MS = 300

/** @returns the items with one more, changed, or taken away */
export function withNotification(
  items: readonly ServerNotification[],
  one: ServerNotification,
): readonly ServerNotification[] {
  const others = items.filter((item) =>
    one.active ? item.kind !== one.kind : item.kind !== one.kind || item.text !== one.text,
  )
  return one.active ? [one, ...others] : others
}

export interface NotificationStore {
  readonly current: () => NotificationState
  readonly subscribe: (changed: () => void) => () => void
}

/**
 * Listens while somebody subscribes and the page can be seen: browsers hold six connections to a server for all their tabs,
 * and the server has seats for so many streams.
 */
export function createNotifications(api: Api, baseUri: string): NotificationStore {
  let state: NotificationState = { items: [], isAway: false }
  const watchers = new Set<() => void>()
  let end: (() => void) | undefined
  const set = (part: Partial<NotificationState>): void => {
    state = { ...state, ...part }
    for (const changed of watchers) changed()
  }
  const listen = (): void => {
    const live = new Live(api, new URL('api/v1/notifications/live', baseUri), () => state, set)
    const unwatch = onVisibility(() => (isPageVisible() ? live.open() : live.close()))
    if (isPageVisible()) live.open()
    end = () => {
      unwatch()
      live.close()
    }
  }
  return {
    current: () => state,
    subscribe(changed) {
      watchers.add(changed)
      if (watchers.size === 1) listen()
      return () => {
        watchers.delete(changed)
        if (watchers.size === 0) end?.()
      }
    },
  }
}

type TimerName = 'away' | 'first' | 'retry'

/** One stream, opened again whenever it has ended, with lists in between when there is no seat for it. */
class Live {
  readonly #api: Api
  readonly #url: URL
  readonly #current: () => NotificationState
  readonly #set: (part: Partial<NotificationState>) => void
  readonly #timers = new Map<TimerName, () => void>()
  #closeStream: (() => void) | undefined
  /** What is no more is not sent when a stream begins: what has not come by then is gone. */
  #beginning: readonly ServerNotification[] | undefined

  constructor(
    api: Api,
    url: URL,
    current: () => NotificationState,
    set: (part: Partial<NotificationState>) => void,
  ) {
    this.#api = api
    this.#url = url
    this.#current = current
    this.#set = set
  }

  open(): void {
    this.#end()
    this.#closeStream = openEvents(this.#url, {
      onOpen: () => this.#begin(),
      onMessage: (text) => this.#take(JSON.parse(text) as ServerNotification),
      onLost: (isFinal) => {
        if (isFinal) void this.#poll()
        else this.#isLost()
      },
    })
  }

  close(): void {
    this.#end()
    this.#stop('away')
  }

  #begin(): void {
    this.#isThere()
    this.#beginning = []
    this.#start('first', FIRST_MS, () => {
      this.#set({ items: this.#beginning ?? [] })
      this.#beginning = undefined
    })
  }

  #take(one: ServerNotification): void {
    if (this.#beginning !== undefined) this.#beginning = withNotification(this.#beginning, one)
    else this.#set({ items: withNotification(this.#current().items, one) })
  }

  async #poll(): Promise<void> {
    const stream = this.#closeStream
    try {
      const { data } = await this.#api.get<readonly ServerNotification[]>('notifications', {})
      if (stream !== this.#closeStream) return
      this.#isThere()
      this.#set({ items: data.toReversed() })
      this.#start('retry', POLL_MS, () => this.open())
    } catch {
      // Which failure it was does not matter: the server does not answer as it should.
      if (stream !== this.#closeStream) return
      this.#isLost()
      this.#start('retry', RETRY_MS, () => this.open())
    }
  }

  #isThere(): void {
    this.#stop('away')
    if (this.#current().isAway) this.#set({ isAway: false })
  }

  #isLost(): void {
    if (this.#timers.has('away') || this.#current().isAway) return
    this.#start('away', AWAY_MS, () => this.#set({ isAway: true }))
  }

  #end(): void {
    this.#closeStream?.()
    this.#closeStream = undefined
    this.#stop('first')
    this.#stop('retry')
    this.#beginning = undefined
  }

  #start(name: TimerName, ms: number, work: () => void): void {
    this.#stop(name)
    const cancel = after(ms, () => {
      this.#timers.delete(name)
      work()
    })
    this.#timers.set(name, cancel)
  }

  #stop(name: TimerName): void {
    this.#timers.get(name)?.()
    this.#timers.delete(name)
  }
}
