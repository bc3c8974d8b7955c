// The dead man's switch: receivers that expect to hear from rules again and again, and say so when they do not.
import { background, type Clock, type Timer } from '@pharos/base'
import type { ReceiverFieldsByKind, ReceiverSettings } from '@pharos/config'
import { createHttpClient } from '@pharos/http'
import { type Alert, Labels } from '@pharos/model'
import type { StoredAlert } from './alert.ts'
import type { ClientPool } from './create-integration.ts'
import type { IntegrationWorld } from './integration.ts'
import { pinged } from './receivers/paging.ts'
import { Sender, thrownOutcome } from './receivers/sender.ts'
import type { Route } from './route.ts'

interface HeartbeatWatchOptions {
  readonly clock: Clock
  readonly world: IntegrationWorld
  readonly clients: ClientPool
  readonly receivers: readonly ReceiverSettings[]
  /** Puts an alert of our own among the others. */
  readonly raise: (alerts: readonly Alert[]) => Promise<void>
}

interface Heart {
  readonly receiver: string
  readonly fields: Readonly<ReceiverFieldsByKind['heartbeat']>
  readonly client: ReturnType<typeof createHttpClient>
  lastMs: number
  missingSinceMs: number | undefined
}

const LOOK_MS = 1_000

export class HeartbeatWatch {
  readonly #options: HeartbeatWatchOptions
  readonly #hearts: Heart[] = []
  #timer: Timer | undefined
  #isStopped = false

  constructor(options: HeartbeatWatchOptions) {
    this.#options = options
    for (const receiver of options.receivers) {
      for (const integration of receiver.integrations) {
        if (integration.kind !== 'heartbeat') continue
        this.#hearts.push({
          receiver: receiver.name,
          fields: integration.fields,
          client: options.clients.clientFor(integration.http),
          lastMs: options.clock.now(),
          missingSinceMs: undefined,
        })
      }
    }
    if (this.#hearts.length > 0) this.#lookLater()
  }

  /** An alert fires: those whose receiver it reaches have heard. */
  heard(route: Route, alert: StoredAlert): void {
    if (this.#hearts.length === 0) return
    const receivers = route.match(alert.labels).map((one) => one.settings.receiver)
    for (const heart of this.#hearts)
      if (receivers.includes(heart.receiver)) heart.lastMs = this.#options.clock.now()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      for (const heart of this.#hearts) this.#look(heart)
      if (!this.#isStopped) this.#lookLater()
    })
  }

  #look(heart: Heart): void {
    const nowMs = this.#options.clock.now()
    const isMissing = nowMs - heart.lastMs > heart.fields.timeout
    if (isMissing === (heart.missingSinceMs !== undefined)) return
    const since = heart.missingSinceMs ?? nowMs
    heart.missingSinceMs = isMissing ? nowMs : undefined
    const { log } = this.#options.world
    if (isMissing)
      log.error('no heartbeat', { receiver: heart.receiver, timeout_ms: heart.fields.timeout })
    else log.info('the heartbeat is back', { receiver: heart.receiver })
    background('heartbeat alert', this.#raise(heart, since, isMissing), log)
    if (isMissing && heart.fields.failure_url !== '')
      background('heartbeat failure', this.#ping(heart), log)
  }

  #raise(heart: Heart, startsAtMs: number, isMissing: boolean): Promise<void> {
    const nowMs = this.#options.clock.now()
    const YEAR_MS = 365 * 86_400_000
    return this.#options.raise([
      {
        labels: Labels.from({
          alertname: 'HeartbeatMissing',
          heartbeat: heart.receiver,
          severity: 'critical',
        }),
        annotations: Labels.from({
          summary: `No alert reached ${heart.receiver} for ${Math.round(heart.fields.timeout / 1000)} s: the rules behind it, or the way to here, are broken.`,
        }),
        startsAtMs,
        endsAtMs: isMissing ? nowMs + YEAR_MS : nowMs,
        generatorUrl: '',
      },
    ])
  }

  async #ping(heart: Heart): Promise<void> {
    const { world } = this.#options
    const sender = new Sender(world, heart.client, new Map())
    const outcome = await pinged(
      heart.fields.failure_url,
      new AbortController().signal,
      sender,
    ).catch(thrownOutcome)
    if (!outcome.ok)
      world.log.error('the failure of a heartbeat could not be told', {
        receiver: heart.receiver,
        err: outcome.error,
      })
  }
}
