// Alerts on their way to other alert managers: a queue for each of them, batches, and the oldest dropped when one does
// not keep up. An alert that fires is sent again every minute anyway, so what was dropped comes again.
import { background, type Clock, type Logger, messageOf, OutsideError } from '@pharos/base'
import type { HttpClient } from '@pharos/http'
import type { Alert, Notifier } from '@pharos/model'

interface AlertSenderOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly client: HttpClient
  readonly userAgent: string
  readonly timeoutMs: number
  /** Alerts that wait for one alert manager. */
  readonly capacity: number
  readonly batchSize: number
  /** Where alerts go now: `http://host:9093/api/v2/alerts`. */
  readonly urls: () => readonly string[]
}

/** What is told of one alert manager. */
interface SenderStats {
  sent: number
  errors: number
  dropped: number
}

interface Queue {
  readonly stats: SenderStats
  waiting: Alert[]
  running: Promise<void> | undefined
}

export class AlertSender implements Notifier {
  readonly #options: AlertSenderOptions
  readonly #queues = new Map<string, Queue>()
  #isClosed = false

  constructor(options: AlertSenderOptions) {
    this.#options = options
  }

  /** By URL. */
  stats(): ReadonlyMap<string, Readonly<SenderStats>> {
    return new Map([...this.#queues].map(([url, queue]) => [url, queue.stats]))
  }

  get queueLength(): number {
    return [...this.#queues.values()].reduce((sum, one) => sum + one.waiting.length, 0)
  }

  /** Resolves when the alerts are in the queues. */
  send(alerts: readonly Alert[]): Promise<void> {
    if (this.#isClosed || alerts.length === 0) return Promise.resolve()
    const { urls, capacity, log } = this.#options
    const known = new Set(urls())
    for (const url of this.#queues.keys()) if (!known.has(url)) this.#queues.delete(url)
    for (const url of known) {
      const queue = this.#queueOf(url)
      queue.waiting.push(...alerts)
      const over = queue.waiting.length - capacity
      if (over > 0) {
        queue.waiting.splice(0, over)
        queue.stats.dropped += over
        log.warn('alerts for an alert manager were dropped, it does not keep up', {
          url,
          alerts: over,
        })
      }
      queue.running ??= this.#drain(url, queue).finally(() => {
        queue.running = undefined
      })
      background('alert sending', queue.running, log)
    }
    return Promise.resolve()
  }

  /** @param drains  send what waits before the end */
  async close(drains: boolean): Promise<void> {
    this.#isClosed = true
    for (const queue of this.#queues.values()) {
      if (!drains) queue.waiting = []
      await queue.running
    }
    this.#options.client.close()
  }

  #queueOf(url: string): Queue {
    const known = this.#queues.get(url)
    if (known !== undefined) return known
    const fresh: Queue = {
      stats: { sent: 0, errors: 0, dropped: 0 },
      waiting: [],
      running: undefined,
    }
    this.#queues.set(url, fresh)
    return fresh
  }

  async #drain(url: string, queue: Queue): Promise<void> {
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.splice(0, this.#options.batchSize)
      try {
        await this.#post(url, batch)
        queue.stats.sent += batch.length
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        queue.stats.errors += batch.length
        queue.stats.dropped += batch.length
        this.#options.log.error('alerts could not be sent', {
          url,
          alerts: batch.length,
          err: messageOf(error),
        })
      }
    }
  }

  async #post(url: string, alerts: readonly Alert[]): Promise<void> {
    const { client, timeoutMs, userAgent } = this.#options
    const body = alerts.map((alert) => ({
      labels: alert.labels.toObject(),
      annotations: alert.annotations.toObject(),
      startsAt: new Date(alert.startsAtMs).toISOString(),
      endsAt: new Date(alert.endsAtMs).toISOString(),
      generatorURL: alert.generatorUrl,
    }))
    const response = await client.request({
      url,
      method: 'POST',
      headers: [
        ['User-Agent', userAgent],
        ['Content-Type', 'application/json'],
      ],
      body: new TextEncoder().encode(JSON.stringify(body)),
      timeoutMs,
    })
    const { status, statusText } = response
    response.release()
    if (status < 200 || status >= 300)
      throw new OutsideError('alertmanager/answer', `bad response status ${statusText}`)
  }
}
