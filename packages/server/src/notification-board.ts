// What an operator should know now, and since when; and those who want to be told when it changes.
import type { Notification, NotificationFeed } from '@pharos/api'
import type { Clock, Timer } from '@pharos/base'
import { NOTICE_LOOK_MS } from './limits.ts'

export interface Notice {
  readonly kind: string
  /** Whole sentences in English. */
  readonly text: string
  /** How many of what the kind is about. */
  readonly count?: number
  /** Names and causes. */
  readonly detail?: string
}

interface BoardOptions {
  readonly clock: Clock
  /** What is the case now; each kind at most once. */
  readonly look: () => readonly Notice[]
  /** --web.max-notifications-subscribers */
  readonly subscribersMax: number
}

interface Subscriber {
  readonly send: (notification: Notification) => void
  readonly end: () => void
}

export class NotificationBoard implements NotificationFeed {
  readonly #options: BoardOptions
  readonly #subscribers = new Set<Subscriber>()
  #active: ReadonlyMap<string, Notification> = new Map()
  #timer: Timer | undefined
  #isClosed = false

  constructor(options: BoardOptions) {
    this.#options = options
  }

  /** Looks from now on by itself. */
  start(): void {
    if (this.#isClosed) return
    this.look()
    this.#timer = this.#options.clock.after(NOTICE_LOOK_MS, () => this.start())
  }

  list(): readonly Notification[] {
    this.look()
    return [...this.#active.values()]
  }

  subscribe(send: (notification: Notification) => void, end: () => void): (() => void) | undefined {
    if (this.#isClosed || this.#subscribers.size >= this.#options.subscribersMax) return undefined
    const subscriber = { send, end }
    for (const notification of this.list()) send(notification)
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  /** Looks, and tells everybody what has changed. */
  look(): void {
    if (this.#isClosed) return
    const before = this.#active
    const now = new Map<string, Notification>()
    const date = new Date(this.#options.clock.now()).toISOString()
    for (const notice of this.#options.look()) {
      const known = before.get(notice.kind)
      const isSame = known?.text === notice.text && known.detail === notice.detail
      now.set(notice.kind, isSame ? known : { ...notice, date: known?.date ?? date, active: true })
    }
    this.#active = now
    // Whoever tells notifications apart by their text, as the reference's pages do, must see the old one end.
    for (const [kind, old] of before)
      if (now.get(kind)?.text !== old.text) this.#tell({ ...old, active: false })
    for (const [kind, notification] of now)
      if (before.get(kind) !== notification) this.#tell(notification)
  }

  /** Ends all streams; nobody can subscribe any more. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    for (const { end } of this.#subscribers) end()
    this.#subscribers.clear()
  }

  #tell(notification: Notification): void {
    for (const { send } of this.#subscribers) send(notification)
  }
}
