// Alerts that are told of together, and the timer that says when.
import { background, type Clock, type Logger, type Timer } from '@pharos/base'
import type { Labels } from '@pharos/model'
import { compareAlerts, isResolvedAt, type StoredAlert } from './alert.ts'
import type { FlushResult, GroupFlush } from './pipeline.ts'
import type { Route } from './route.ts'

interface AlertGroupOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly run: (flush: GroupFlush) => Promise<FlushResult>
  /** Before this moment nothing is sent: sources of inhibition may still be on their way. */
  readonly quietUntilMs: number
}

/** A message whose group is due again sooner still gets so long. */
const FLUSH_MS_MIN = 10_000

export class AlertGroup {
  readonly route: Route
  readonly labels: Labels
  readonly key: string
  readonly #options: AlertGroupOptions
  readonly #alerts = new Map<string, StoredAlert>()
  /** Only while a flush is under way; ten thousand groups need none. */
  #stopping: AbortController | undefined
  #isStopped = false
  #timer: Timer | undefined
  #hasFlushed = false
  #flushing: Promise<void> | undefined
  #isDueAgain = false
  #mutedBy: readonly string[] = []

  constructor(route: Route, labels: Labels, options: AlertGroupOptions) {
    this.route = route
    this.labels = labels
    this.key = `${route.key}:${labels.toString()}`
    this.#options = options
    this.#setTimer(route.settings.groupWaitMs)
  }

  get isEmpty(): boolean {
    return this.#alerts.size === 0
  }

  get size(): number {
    return this.#alerts.size
  }

  /** Names of the intervals that kept it quiet at its last turn. */
  get mutedBy(): readonly string[] {
    return this.#mutedBy
  }

  alerts(): IterableIterator<StoredAlert> {
    return this.#alerts.values()
  }

  has(fingerprint: string): boolean {
    return this.#alerts.has(fingerprint)
  }

  /** @param isRestored  it was known before this process started: nothing is urgent about it */
  insert(alert: StoredAlert, isRestored: boolean): void {
    this.#alerts.set(alert.fingerprint, alert)
    const dueMs = alert.startsAtMs + this.route.settings.groupWaitMs
    const isLate = !this.#hasFlushed && !isRestored && dueMs < this.#options.clock.now()
    if (isLate) this.#setTimer(0)
  }

  /** Says it now, also when nothing is new. */
  flushNow(): void {
    this.#start(true)
  }

  /** Says now what is new; a group that has not had its first turn keeps it. */
  flushAgain(): void {
    if (this.#hasFlushed) this.#start(false)
  }

  /** Sends nothing any more; resolves when what was under way has ended. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#isStopped = true
    this.#stopping?.abort(new Error('the group is stopped'))
    await this.#flushing
  }

  #setTimer(delayMs: number): void {
    this.#timer?.cancel()
    const { clock, quietUntilMs } = this.#options
    const quietMs = quietUntilMs - clock.now()
    this.#timer = clock.after(Math.max(delayMs, quietMs), () => this.#due())
  }

  #due(): void {
    this.#setTimer(this.route.settings.groupIntervalMs)
    // One after the other: a slow receiver delays its group, not the clock.
    if (this.#flushing === undefined) this.#start(false)
    else this.#isDueAgain = true
  }

  #start(isForced: boolean): void {
    if (this.#isStopped) return
    if (this.#flushing !== undefined) {
      this.#isDueAgain = true
      return
    }
    this.#hasFlushed = true
    this.#flushing = this.#flush(isForced).finally(() => {
      this.#flushing = undefined
      this.#stopping = undefined
      if (!this.#isDueAgain) return
      this.#isDueAgain = false
      this.#start(false)
    })
    background('notification of a group', this.#flushing, this.#options.log)
  }

  /** @source Alertmanager dispatch aggrGroup.flush */
  async #flush(isForced: boolean): Promise<void> {
    if (this.#alerts.size === 0) return
    const { clock, run } = this.#options
    const nowMs = clock.now()
    const alerts = [...this.#alerts.values()].sort(compareAlerts)
    this.#stopping = new AbortController()
    const { isDelivered, mutedBy } = await run({
      groupKey: this.key,
      groupLabels: this.labels,
      route: this.route,
      alerts,
      nowMs,
      signal: this.#stopping.signal,
      timeoutMs: Math.max(FLUSH_MS_MIN, this.route.settings.groupIntervalMs),
      isForced,
    })
    this.#mutedBy = mutedBy
    if (isDelivered) this.#dropResolved(alerts, nowMs)
  }

  /** What was told to be over is forgotten, unless it fires again by now. */
  #dropResolved(told: readonly StoredAlert[], nowMs: number): void {
    for (const alert of told) {
      const isSame = this.#alerts.get(alert.fingerprint) === alert
      if (isSame && isResolvedAt(alert, nowMs)) this.#alerts.delete(alert.fingerprint)
    }
  }
}
