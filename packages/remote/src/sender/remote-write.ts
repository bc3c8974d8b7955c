// All remote endpoints that are written to, as the configuration names them.
import { type Clock, type Disk, type Logger, messageOf, type Net } from '@pharos/base'
import type { RemoteWriteSettings } from '@pharos/config'
import { createHttpClient, type HttpClient } from '@pharos/http'
import { type Labels, Matcher, METRIC_NAME } from '@pharos/model'
import type { CellStore, Querier } from '@pharos/tsdb'
import { HttpEndpoint } from './endpoint.ts'
import { readBack } from './read-back.ts'
import { RemoteWriter } from './remote-writer.ts'
import type { SenderStats } from './sender-stats.ts'
import { type Listeners, TeeAppender } from './tee-appender.ts'

export interface RemoteWriteContext {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly log: Logger
  readonly userAgent: string
  /** Each endpoint has a directory of its own below it. */
  readonly directory: string
  /** A view on what the store has in [minMs, maxMs]. */
  readonly querier: (minMs: number, maxMs: number) => Querier
  /** How long an end waits for what is in memory to be sent, ms. */
  readonly flushDeadlineMs: number
}

/** One endpoint, as people see it. */
export interface RemoteWriteStatus {
  readonly name: string
  /** Without a password. */
  readonly url: string
  readonly stats: SenderStats
  readonly pending: number
  readonly minShards: number
  readonly maxShards: number
  readonly capacity: number
}

interface Running {
  readonly settings: RemoteWriteSettings
  readonly fingerprint: string
  readonly client: HttpClient
  readonly writer: RemoteWriter
}

export class RemoteWrite {
  readonly #context: RemoteWriteContext
  #running: readonly Running[] = []
  #listeners: Listeners = { writers: [] }

  constructor(context: RemoteWriteContext) {
    this.#context = context
  }

  /** What the store took from now on goes out too. */
  tee(appender: CellStore): CellStore {
    return new TeeAppender(appender, () => this.#listeners)
  }

  get statuses(): readonly RemoteWriteStatus[] {
    return this.#running.map(({ settings, writer }) => ({
      name: settings.name,
      url: settings.publicUrl,
      stats: writer.stats,
      pending: writer.pending,
      minShards: settings.queue.minShards,
      maxShards: settings.queue.maxShards,
      capacity: settings.queue.capacity,
    }))
  }

  /** Endpoints whose settings are the same go on undisturbed. @throws OutsideError `disk/…` */
  async apply(all: readonly RemoteWriteSettings[], externalLabels: Labels): Promise<void> {
    const kept: Running[] = []
    const wanted: { settings: RemoteWriteSettings; fingerprint: string }[] = []
    for (const settings of all) {
      const fingerprint = JSON.stringify([settings, externalLabels.flat])
      const same = this.#running.find((one) => one.fingerprint === fingerprint)
      if (same === undefined) wanted.push({ settings, fingerprint })
      else kept.push(same)
    }
    const ended = this.#running.filter((one) => !kept.includes(one))
    this.#take(kept)
    await Promise.all(ended.map((one) => this.#end(one)))
    const fresh: Running[] = []
    for (const { settings, fingerprint } of wanted) {
      fresh.push(await this.#start(settings, fingerprint, externalLabels))
    }
    this.#take([...kept, ...fresh])
    // What a process before this one had in memory when it was killed; from here on nothing is missed.
    await Promise.all(fresh.map((one) => this.#catchUp(one)))
  }

  async close(): Promise<void> {
    const running = this.#running
    this.#take([])
    await Promise.all(running.map((one) => this.#end(one)))
  }

  #take(running: readonly Running[]): void {
    this.#running = running
    this.#listeners = { writers: running.map((one) => one.writer) }
  }

  async #end({ writer, client }: Running): Promise<void> {
    await writer.close(this.#context.flushDeadlineMs)
    client.close()
  }

  async #start(
    settings: RemoteWriteSettings,
    fingerprint: string,
    externalLabels: Labels,
  ): Promise<Running> {
    const { clock, disk, net, log, userAgent, directory } = this.#context
    const client = createHttpClient({ net, clock }, { settings: settings.http, disk })
    const endpoint = new HttpEndpoint(client, clock, {
      url: settings.url,
      timeoutMs: settings.timeoutMs,
      headers: settings.headers,
      retryOn429: settings.queue.retryOn429,
      userAgent,
    })
    const writer = await RemoteWriter.open(
      {
        name: settings.name,
        url: settings.publicUrl,
        externalLabels,
        rules: settings.writeRelabelRules,
        message: settings.message,
        sendsExemplars: settings.sendsExemplars,
        sendsHistograms: settings.sendsHistograms,
        queue: settings.queue,
        metadataIntervalMs: settings.sendsMetadata ? settings.metadataIntervalMs : 0,
        directory: settings.queue.diskPath || `${directory}/${settings.directoryName}`,
        maxDiskBytes: settings.queue.diskBytes,
        maxDiskAgeMs: settings.queue.diskAgeMs,
      },
      endpoint,
      { clock, disk, log: log.component('remote') },
    )
    return { settings, fingerprint, client, writer }
  }

  async #catchUp({ writer, settings }: Running): Promise<void> {
    const { log, querier } = this.#context
    const everything = [new Matcher('!=', METRIC_NAME, '')]
    try {
      const samples = await writer.catchUp(async (fromMs, toMs) => {
        const view = querier(fromMs + 1, toMs)
        try {
          return await readBack(view, everything, fromMs, toMs, writer)
        } finally {
          view.close()
        }
      })
      if (samples > 0)
        log.info('samples that were not sent before the restart are sent now', {
          url: settings.publicUrl,
          samples,
        })
    } catch (error) {
      log.error('what was not sent before the restart cannot be read', { err: messageOf(error) })
    }
  }
}
