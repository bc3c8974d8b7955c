// Everything that goes to one remote endpoint.
//
//   append ─► open batch of the series' lane ─► (full, or the deadline) ─► lanes in memory ─► endpoint
//                                                        │ too much, or some wait on disk already
//                                                        └─► disk queue ─► lanes in memory, when they have room
//
// In good times nothing is written to disk. A process that is killed reads from the store again what it had in memory.
import {
  background,
  type Clock,
  type Disk,
  type Logger,
  messageOf,
  OutsideError,
  snappyEncode,
} from '@pharos/base'
import type { RelabelRule } from '@pharos/config'
import type { Exemplar, Labels, Metadata, NativeHistogram } from '@pharos/model'
import { batchOfBody } from './batch-of-body.ts'
import { DiskQueue, type QueuePlace } from './disk-queue.ts'
import type { Endpoint, SendOutcome, WriteMessage } from './endpoint.ts'
import { laneCount } from './lane-count.ts'
import { Lanes, type QueuedBatch } from './lanes.ts'
import { type QueueState, readState, writeState } from './queue-state.ts'
import { SampleBatch } from './sample-batch.ts'
import { type SentSeries, sentSeries } from './sent-series.ts'
import { newSenderStats, type SenderStats } from './sender-stats.ts'
import { encodeV2 } from './write-body-v2.ts'
import { metadataBody, WriteBody } from './write-body.ts'

export interface RemoteWriterSettings {
  readonly name: string
  readonly url: string
  readonly externalLabels: Labels
  readonly rules: readonly RelabelRule[]
  readonly message: WriteMessage
  readonly sendsExemplars: boolean
  readonly sendsHistograms: boolean
  readonly queue: QueueSettings
  /** 0: metadata is not sent. */
  readonly metadataIntervalMs: number
  readonly directory: string
  readonly maxDiskBytes: number
  /** Older samples are not sent; 0 for all. */
  readonly maxDiskAgeMs: number
}

interface QueueSettings {
  /** Samples a lane may have in memory. */
  readonly capacity: number
  readonly maxShards: number
  readonly minShards: number
  readonly maxSamplesPerSend: number
  readonly batchSendDeadlineMs: number
  readonly minBackoffMs: number
  readonly maxBackoffMs: number
  readonly sampleAgeLimitMs: number
}

interface WriterWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
}

const UPKEEP_MS = 1_000
const LANES_EVERY = 10

export class RemoteWriter {
  readonly stats: SenderStats = newSenderStats()
  readonly #settings: RemoteWriterSettings
  readonly #world: WriterWorld
  readonly #endpoint: Endpoint
  readonly #queue: DiskQueue
  readonly #lanes: Lanes
  readonly #body = new WriteBody()
  readonly #metadata = new Map<string, Metadata>()
  readonly #ends = new AbortController()
  /** By lane. */
  #open: (SampleBatch | undefined)[] = []
  #openedMs: number[] = []
  #stage: number
  /** Records of an earlier stage on disk are those of a process before this one. */
  readonly #firstStage: number
  #isRepeating = false
  #message: WriteMessage
  #isFailing = false
  readonly #toDisk: QueuedBatch[] = []
  #spilling: Promise<void> | undefined
  #refilling: Promise<void> | undefined
  /** Of the record that is being read and is in no lane yet. */
  #refillPlace: QueuePlace | undefined
  #highestMs = -Infinity
  readonly #startMs: number
  #saved = ''
  #saving: Promise<void> = Promise.resolve()
  #load = { in: 0, out: 0, busyMs: 0 }

  /** Where the process before this one had come to. */
  readonly #before: QueueState | undefined
  /** Until then nothing is read from disk: what goes before it is not there yet. */
  #isCaughtUp = false
  #isBeforeDisk = false

  /** @throws OutsideError `disk/…` */
  static async open(
    settings: RemoteWriterSettings,
    endpoint: Endpoint,
    world: WriterWorld,
  ): Promise<RemoteWriter> {
    const { disk, log } = world
    await disk.makeDirectory(settings.directory)
    const state = await readState(disk, statePath(settings))
    const queue = await DiskQueue.open(
      { directory: settings.directory, maxBytes: settings.maxDiskBytes, disk, log },
      state?.place,
    )
    const writer = new RemoteWriter(settings, endpoint, world, queue, state)
    background('remote write', writer.#upkeep(), log)
    if (settings.metadataIntervalMs > 0) background('metadata', writer.#sendMetadata(), log)
    return writer
  }

  private constructor(
    settings: RemoteWriterSettings,
    endpoint: Endpoint,
    world: WriterWorld,
    queue: DiskQueue,
    state: QueueState | undefined,
  ) {
    this.#settings = settings
    this.#endpoint = endpoint
    this.#world = world
    this.#queue = queue
    this.#before = state
    this.#message = settings.message
    this.#stage = Math.max(Math.floor(world.clock.now() / 1000), queue.lastEpoch + 1)
    this.#firstStage = this.#stage
    this.#startMs = world.clock.now() - 1
    this.stats.shards = settings.queue.minShards
    this.#lanes = new Lanes(
      (batch) => this.#deal(batch),
      (error) => world.log.error('sending failed unexpectedly', { err: messageOf(error) }),
      () => this.#refill(),
    )
  }

  /** @returns undefined when nothing of the series goes out */
  series(labels: Labels): SentSeries | undefined {
    const { externalLabels, rules } = this.#settings
    return sentSeries(labels, externalLabels, rules)
  }

  append(series: SentSeries, tMs: number, value: number | NativeHistogram): void {
    if (typeof value !== 'number' && !this.#settings.sendsHistograms) return
    const lane = series.hash % this.stats.shards
    const batch = (this.#open[lane] ??= this.#newBatch(lane))
    if (typeof value === 'number') batch.add(series, tMs, value)
    else batch.addHistogram(series, tMs, value)
    if (tMs > this.#highestMs) this.#highestMs = tMs
    this.#load.in++
    if (batch.isFull) this.#cut(lane)
  }

  appendExemplar(series: SentSeries, exemplar: Exemplar): void {
    if (!this.#settings.sendsExemplars) return
    const lane = series.hash % this.stats.shards
    const batch = (this.#open[lane] ??= this.#newBatch(lane))
    batch.addExemplar(series, exemplar, this.#world.clock.now())
    this.stats.exemplars++
    if (batch.isFull) this.#cut(lane)
  }

  /**
   * Sends what the process before had in memory, which the store has, before and behind what it left on disk. Call it
   * before anything new is appended.
   * @param read  appends the store's samples in (fromMs, toMs]; resolves with how many
   * @returns how many samples were appended
   */
  async catchUp(read: (fromMs: number, toMs: number) => Promise<number>): Promise<number> {
    const state = this.#before
    const nowMs = this.#world.clock.now()
    let count = 0
    if (state !== undefined) {
      this.#isRepeating = true
      const isQueued = !this.#queue.isEmpty
      if (isQueued && state.coveredMs < state.headMs) {
        this.#isBeforeDisk = true
        // From before the records on disk: of no series anything newer may go first.
        count += await read(Math.min(state.coveredMs, this.#queue.oldestMs - 1), state.headMs)
        this.#cutAll()
        this.#isBeforeDisk = false
      }
      const fromMs = isQueued ? state.tailMs : state.coveredMs
      if (fromMs < nowMs) count += await read(fromMs, nowMs)
      this.#cutAll()
      this.#isRepeating = false
    }
    this.#isCaughtUp = true
    await this.#save()
    this.#refill()
    return count
  }

  setMetadata(metric: string, metadata: Metadata): void {
    this.#metadata.set(metric, metadata)
  }

  /** Samples that wait, in memory and on disk. */
  get pending(): number {
    const open = this.#open.reduce((sum, one) => sum + (one?.count ?? 0), 0)
    const spilling = this.#toDisk.reduce((sum, one) => sum + one.samples, 0)
    return open + spilling + this.#lanes.samples + (this.#queue.isEmpty ? 0 : this.#queue.samples)
  }

  /** Sends for `deadlineMs` at most what is in memory; the rest goes to disk for the next process. */
  async close(deadlineMs: number): Promise<void> {
    const { clock } = this.#world
    this.#cutAll()
    const endMs = clock.monotonicMs() + deadlineMs
    while (this.#lanes.samples > 0 && !this.#isFailing && clock.monotonicMs() < endMs)
      await clock.sleep(10)
    await this.#spilling
    let state = this.#state()
    const waiting = this.#lanes.take()
    this.#ends.abort()
    // Nothing may stand on disk behind what is newer: where some waits there, the store has what was in memory.
    if (this.#queue.isEmpty && waiting.every((one) => one.place === undefined)) {
      this.#toDisk.push(...waiting)
      this.#spill()
      await this.#spilling
      const newestMs = this.#newestMs
      state = { ...state, coveredMs: newestMs, headMs: newestMs, tailMs: newestMs }
    }
    await this.#save(state)
    await this.#queue.close()
  }

  #newBatch(lane: number): SampleBatch {
    this.#openedMs[lane] = this.#world.clock.monotonicMs()
    return new SampleBatch(this.#settings.queue.maxSamplesPerSend)
  }

  /** Ends a lane's open batch and sends it on its way. */
  #cut(lane: number): void {
    const batch = this.#open[lane]
    if (batch === undefined || batch.count === 0) return
    this.#open[lane] = undefined
    const queued: QueuedBatch = {
      stage: this.#isBeforeDisk ? 0 : this.#stage,
      lane,
      samples: batch.count,
      minMs: batch.minMs,
      maxMs: batch.maxMs,
      batch,
      body: undefined,
      place: undefined,
      mayRepeat: this.#isRepeating,
    }
    const { capacity } = this.#settings.queue
    const hasRoom = this.#lanes.samples + batch.count <= capacity * this.stats.shards
    const isDiskUsed =
      this.#toDisk.length > 0 || !this.#queue.isEmpty || this.#refilling !== undefined
    // What waits on disk goes first.
    if (this.#isBeforeDisk || (hasRoom && !isDiskUsed)) this.#lanes.add(queued)
    else {
      this.#toDisk.push(queued)
      this.#spill()
    }
  }

  #cutAll(): void {
    for (let lane = 0; lane < this.#open.length; lane++) this.#cut(lane)
  }

  #spill(): void {
    if (this.#spilling !== undefined) return
    this.#spilling = this.#spillAll().finally(() => (this.#spilling = undefined))
    background('spill', this.#spilling, this.#world.log)
  }

  async #spillAll(): Promise<void> {
    for (;;) {
      const [next] = this.#toDisk
      if (next === undefined) break
      const { stage, lane, samples, minMs, maxMs, mayRepeat } = next
      const body = next.body ?? this.#body.packed(next.batch!)
      // From the first record on lanes get nothing from memory: what they have now goes before it.
      if (this.#queue.isEmpty) await this.#save()
      try {
        await this.#queue.append({ epoch: stage, lane, samples, minMs, maxMs, mayRepeat, body })
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        this.#world.log.error('samples cannot be queued on disk and are lost', {
          err: error.message,
          samples,
        })
        this.stats.dropped += samples
      }
      this.#toDisk.shift()
    }
    this.#refill()
  }

  /** Reads from disk while there is room in memory. */
  #refill(): void {
    if (!this.#isCaughtUp || this.#refilling !== undefined) return
    if (this.#queue.isEmpty || this.#ends.signal.aborted) return
    this.#refilling = this.#refillAll().finally(() => (this.#refilling = undefined))
    background('refill', this.#refilling, this.#world.log)
  }

  async #refillAll(): Promise<void> {
    const room = this.#settings.queue.capacity * this.stats.shards
    while (this.#lanes.samples < room && !this.#ends.signal.aborted) {
      const place = this.#queue.next
      this.#refillPlace = place
      const record = await this.#queue.read()
      this.#refillPlace = undefined
      if (record === undefined) break
      this.#lanes.add({
        stage: record.epoch,
        lane: record.lane,
        samples: record.samples,
        minMs: record.minMs,
        maxMs: record.maxMs,
        batch: undefined,
        body: record.body,
        place,
        mayRepeat: record.mayRepeat || record.epoch < this.#firstStage,
      })
    }
  }

  /** Sends a batch until it is taken, refused or too old. */
  async #deal(queued: QueuedBatch): Promise<void> {
    const { clock, log } = this.#world
    const { minBackoffMs, maxBackoffMs } = this.#settings.queue
    const { signal } = this.#ends
    let backoffMs = minBackoffMs
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (this.#isTooOld(queued)) {
        this.stats.droppedTooOld += queued.samples
        break
      }
      const startMs = clock.monotonicMs()
      const outcome = await this.#endpoint.send(
        this.#message,
        this.#bodyOf(queued),
        attempt,
        signal,
      )
      this.#load.busyMs += clock.monotonicMs() - startMs
      if (signal.aborted) return
      this.#isFailing = outcome.kind === 'retry'
      if (this.#isDealtWith(queued, outcome)) break
      if (outcome.kind === 'refused') {
        for (const half of this.#halves(queued)) await this.#deal(half)
        return
      }
      if (outcome.kind !== 'retry') continue
      if (attempt === 0 || backoffMs >= maxBackoffMs)
        log.warn('remote write is tried again', { url: this.#settings.url, err: outcome.reason })
      this.stats.retried += queued.samples
      await clock.sleep(outcome.retryAfterMs ?? backoffMs, signal).catch(() => {})
      backoffMs = Math.min(backoffMs * 2, maxBackoffMs)
    }
  }

  #isDealtWith(queued: QueuedBatch, outcome: SendOutcome): boolean {
    const { log } = this.#world
    switch (outcome.kind) {
      case 'taken':
        this.stats.sent += queued.samples
        this.#load.out += queued.samples
        this.stats.highestSentMs = Math.max(this.stats.highestSentMs, queued.maxMs)
        return true
      case 'refused':
        // An older sample than the endpoint has refuses the whole body: what is new in it goes in parts.
        if (queued.mayRepeat && queued.samples > 1) return false
        if (queued.mayRepeat) {
          this.stats.repeated += queued.samples
          return true
        }
        this.stats.failed += queued.samples
        log.error('the endpoint refused samples, which are lost', {
          url: this.#settings.url,
          samples: queued.samples,
          err: outcome.reason,
        })
        return true
      case 'unknown-message':
        if (this.#message !== 'prometheus.WriteRequest')
          log.warn('the endpoint does not know remote write 2.0, going on with 1.0', {
            url: this.#settings.url,
            err: outcome.reason,
          })
        this.#message = 'prometheus.WriteRequest'
        return false
      case 'retry':
        return false
    }
  }

  #halves(queued: QueuedBatch): QueuedBatch[] {
    const batch = queued.batch ?? batchOfBody(queued.body!, queued.samples)
    return batch.halves().map((half) => ({
      ...queued,
      batch: half,
      body: undefined,
      samples: half.count,
      minMs: half.minMs,
      maxMs: half.maxMs,
    }))
  }

  #isTooOld({ maxMs }: QueuedBatch): boolean {
    const { queue, maxDiskAgeMs } = this.#settings
    const nowMs = this.#world.clock.now()
    return [queue.sampleAgeLimitMs, maxDiskAgeMs].some(
      (limitMs) => limitMs > 0 && maxMs < nowMs - limitMs,
    )
  }

  #bodyOf(queued: QueuedBatch): Uint8Array {
    const isV2 = this.#message === 'io.prometheus.write.v2.Request'
    if (!isV2 && queued.body !== undefined) return queued.body
    const batch = queued.batch ?? batchOfBody(queued.body!, queued.samples)
    const body = isV2
      ? snappyEncode(encodeV2(batch, (name) => this.#metadata.get(name)))
      : this.#body.packed(batch)
    this.stats.bytes += body.length
    return body
  }

  /** Once a second: deadlines of open batches, how far we have come, how many lanes there should be. */
  async #upkeep(): Promise<void> {
    const { clock } = this.#world
    const { signal } = this.#ends
    const { batchSendDeadlineMs } = this.#settings.queue
    const periodMs = Math.min(UPKEEP_MS, batchSendDeadlineMs)
    let lookedMs = clock.monotonicMs()
    for (let round = 1; !signal.aborted; round++) {
      await clock.sleep(periodMs, signal).catch(() => {})
      const nowMs = clock.monotonicMs()
      for (let lane = 0; lane < this.#open.length; lane++) {
        if (this.#open[lane] !== undefined && nowMs - this.#openedMs[lane]! >= batchSendDeadlineMs)
          this.#cut(lane)
      }
      if (signal.aborted) return
      await this.#save()
      if (round % LANES_EVERY === 0) {
        this.#fitLanes((nowMs - lookedMs) / 1000)
        lookedMs = nowMs
      }
    }
  }

  #fitLanes(seconds: number): void {
    const { minShards, maxShards } = this.#settings.queue
    const load = this.#load
    this.#load = { in: 0, out: 0, busyMs: 0 }
    const wanted = laneCount({
      lanes: this.stats.shards,
      minLanes: minShards,
      maxLanes: maxShards,
      samplesIn: load.in,
      samplesOut: load.out,
      seconds,
      busySeconds: load.busyMs / 1000,
      backlog: this.pending,
    })
    this.stats.shardsDesired = wanted
    if (wanted === this.stats.shards) return
    this.#cutAll()
    this.#open = []
    this.#stage = Math.max(this.#stage + 1, Math.floor(this.#world.clock.now() / 1000))
    this.stats.shards = wanted
  }

  /** Time of the newest sample that was appended. */
  get #newestMs(): number {
    return Number.isFinite(this.#highestMs) ? this.#highestMs : this.#startMs
  }

  /** Where the next process would have to go on. */
  #state(): QueueState {
    let place = this.#refillPlace
    let [laneMin, laneMax, tailMin] = [Infinity, -Infinity, Infinity]
    // What follows a record in its lane, or stands in a later stage, goes behind it.
    const behind = new Set<number>()
    let stage = -1
    let isBehindAll = false
    for (const one of this.#lanes.all()) {
      if (one.stage !== stage) {
        stage = one.stage
        isBehindAll ||= behind.size > 0
        behind.clear()
      }
      if (one.place !== undefined) {
        behind.add(one.lane)
        if (place === undefined || isBefore(one.place, place)) place = one.place
      } else if (isBehindAll || behind.has(one.lane)) tailMin = Math.min(tailMin, one.minMs)
      else {
        laneMin = Math.min(laneMin, one.minMs)
        laneMax = Math.max(laneMax, one.maxMs)
      }
    }
    for (const { minMs } of this.#toDisk) tailMin = Math.min(tailMin, minMs)
    for (const one of this.#open) {
      if (one !== undefined && one.count > 0) tailMin = Math.min(tailMin, one.minMs)
    }
    const newestMs = this.#newestMs
    const coveredMs = Math.min(newestMs, laneMin - 1, tailMin - 1)
    return {
      place: place ?? this.#queue.next,
      coveredMs,
      headMs: Math.max(coveredMs, laneMax),
      tailMs: Math.min(newestMs, tailMin - 1),
    }
  }

  /** One after the other: what is noted last is what holds. @param final  when it ends: lanes are empty by then */
  #save(final?: QueueState): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      // Until then what the process before had noted stands.
      if (!this.#isCaughtUp) return
      if (final === undefined && this.#ends.signal.aborted) return
      await this.#note(final ?? this.#state())
    })
    return this.#saving
  }

  async #note(known: QueueState): Promise<void> {
    const { disk, log } = this.#world
    const text = JSON.stringify(known)
    this.stats.droppedByQueue = this.#queue.droppedSamples
    this.stats.diskBytes = this.#queue.bytes
    if (text === this.#saved) return
    try {
      if (known.place !== undefined) await this.#queue.release(known.place)
      await writeState(disk, statePath(this.#settings), known)
      this.#saved = text
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      log.warn('how far remote write has come cannot be noted', { err: error.message })
    }
  }

  async #sendMetadata(): Promise<void> {
    const { clock } = this.#world
    const { signal } = this.#ends
    const { metadataIntervalMs, queue } = this.#settings
    while (!signal.aborted) {
      await clock.sleep(metadataIntervalMs, signal).catch(() => {})
      // Version 2.0 sends it with the series.
      if (signal.aborted || this.#message !== 'prometheus.WriteRequest') continue
      const families = [...this.#metadata]
      for (let at = 0; at < families.length; at += queue.maxSamplesPerSend) {
        const some = families.slice(at, at + queue.maxSamplesPerSend)
        const body = snappyEncode(metadataBody(some))
        const outcome = await this.#endpoint.send(this.#message, body, 0, signal)
        if (outcome.kind === 'taken') this.stats.metadataSent += some.length
        else this.stats.metadataFailed += some.length
      }
    }
  }
}

function isBefore(a: QueuePlace, b: QueuePlace): boolean {
  return a.file < b.file || (a.file === b.file && a.offset < b.offset)
}

function statePath(settings: RemoteWriterSettings): string {
  return `${settings.directory}/state.json`
}
