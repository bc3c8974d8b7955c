// The receiving end of remote write 1.0 and 2.0, and of OTLP:
//
//   body ─(snappy, capped)─► message ─(walk)─► series: bytes ─(cache)─► group and column ─► batches ─► store ─(sync)─► answer
//
// A message is read to its end before anything of it is stored. Samples that are good are stored even when others of the
// same message are not; the answer is then 400 with the first fault, as in the reference, and the sender drops them.

import {
  bug,
  type Clock,
  type Logger,
  messageOf,
  OutsideError,
  type Random,
  snappyDecode,
} from '@pharos/base'
import type { Kernel } from '@pharos/kernel'
import {
  areValidLabels,
  type Exemplar,
  Labels,
  type Metadata,
  type NativeHistogram,
} from '@pharos/model'
import { AppendOutcome, type CellAppender, type CellStore, groupKeyOf } from '@pharos/tsdb'
import { CellBatch } from './cell-batch.ts'
import type { OtlpSettings } from '@pharos/config'
import { RENEW_MS, WRITE_MESSAGE_BYTES } from './limits.ts'
import { OtlpDecoder } from './otlp/otlp-message.ts'
import { type OtlpRejects, writeOtlp } from './otlp/otlp-metrics.ts'
import { SeriesCache } from './series-cache.ts'
import { readLabels, readWriteField, readWriteRequest, type WriteSink } from './write-request.ts'
import { readWriteRequestV2 } from './write-request-v2.ts'

interface WriteReceiverContext {
  readonly appender: CellStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly kernel: Kernel
  /** Answer only after what was taken is on disk. */
  readonly isSynced: boolean
  /** How metrics of OpenTelemetry become series. */
  readonly otlp?: () => OtlpSettings
}

/** What the sender is told. */
interface WriteAnswer {
  readonly status: number
  readonly text: string
  /** What is in the store now, what was there already included. */
  readonly written: WrittenCounts
  /** Points of OTLP that could not be series. */
  readonly rejects?: OtlpRejects
}

interface WrittenCounts {
  readonly samples: number
  readonly histograms: number
  readonly exemplars: number
}

/** A body and what it is, after its own compression was taken off where HTTP did that. */
type WriteBody =
  | { readonly kind: 'v1' | 'v2' | 'otlp-protobuf'; readonly bytes: Uint8Array }
  | { readonly kind: 'otlp-json'; readonly text: string }
  /** Hands over what it has; what it hands over is stored. */
  | { readonly kind: 'lines'; readonly feed: (sink: WriteSink) => void }

const NOTHING: WrittenCounts = { samples: 0, histograms: 0, exemplars: 0 }

/** Counted in plain numbers; `server` turns them into metrics. */
export interface WriteReceiverStats {
  requests: number
  /** Requests that were answered with a fault. */
  failures: number
  samples: number
  histograms: number
  exemplars: number
  /** Samples that were there already, with the same value. */
  repeated: number
  outOfOrder: number
  outOfBounds: number
  duplicates: number
  /** Series that the budget or a limit refused. */
  seriesRefused: number
  /** Series whose labels are not legal; they are passed over, as in the reference. */
  invalidLabels: number
}

interface Group {
  readonly appender: CellAppender
  readonly batch: CellBatch
  readonly histograms: { readonly column: number; tMs: number; histogram: NativeHistogram }[]
  readonly exemplars: { readonly column: number; exemplar: Exemplar }[]
  isTouched: boolean
}

/** The reference's words, most telling first. */
const FAULTS: readonly (readonly [AppendOutcome, number, string])[] = [
  [AppendOutcome.readOnly, 503, 'storage is read-only'],
  [AppendOutcome.outOfOrder, 400, 'out of order sample'],
  [AppendOutcome.duplicateDiffers, 400, 'duplicate sample for timestamp'],
  [AppendOutcome.tooOld, 400, 'out of bounds'],
  [AppendOutcome.tooFarAhead, 400, 'out of bounds: timestamp is too far in the future'],
]

/** Not kept for a series that is passed over. */
const PASSED_OVER = -2

export class WriteReceiver implements WriteSink {
  readonly stats: WriteReceiverStats = {
    requests: 0,
    failures: 0,
    samples: 0,
    histograms: 0,
    exemplars: 0,
    repeated: 0,
    outOfOrder: 0,
    outOfBounds: 0,
    duplicates: 0,
    seriesRefused: 0,
    invalidLabels: 0,
  }
  readonly #context: WriteReceiverContext
  readonly #cache: SeriesCache
  readonly #groups: Group[] = []
  readonly #groupOf = new Map<string, number>()
  #touched: Group[] = []
  #metadata: [string, Metadata][] = []
  readonly #decoder = new OtlpDecoder()
  /** Illegal labels are a fault, not passed over: so says version 2.0. */
  #isStrict = false
  #invalid = 0
  #group: Group | undefined
  #column = -1
  #refused = 0
  #renewedMs: number

  constructor(context: WriteReceiverContext) {
    this.#context = context
    this.#cache = new SeriesCache(context.kernel, context.random)
    this.#renewedMs = context.clock.monotonicMs()
  }

  /** Takes one request's body. Never rejects: a fault is an answer. */
  async write(body: WriteBody): Promise<WriteAnswer> {
    const { log, appender, isSynced } = this.#context
    this.stats.requests++
    const answer = this.#take(body)
    if (answer.status >= 400) {
      this.stats.failures++
      log.warn('remote write was not taken whole', { status: answer.status, err: answer.text })
    }
    if (!isSynced || answer.status >= 500) return answer
    try {
      await appender.sync()
      return answer
    } catch (error) {
      return { status: 503, text: messageOf(error), written: NOTHING }
    }
  }

  /** Gives all groups back to the store. */
  close(): void {
    for (const { appender } of this.#groups) appender.release()
    this.#groups.length = 0
    this.#groupOf.clear()
    this.#cache.clear()
  }

  #take(body: WriteBody): WriteAnswer {
    const nowMs = this.#context.clock.monotonicMs()
    if (nowMs - this.#renewedMs >= RENEW_MS || this.#cache.isFull) {
      this.close()
      this.#renewedMs = nowMs
    }
    this.#refused = 0
    this.#invalid = 0
    this.#isStrict = body.kind === 'v2'
    try {
      const rejects = this.#read(body)
      const answer = this.#store()
      return rejects === undefined ? answer : { ...answer, rejects }
    } catch (error) {
      this.#forgetBatches()
      if (!(error instanceof OutsideError)) throw error
      return { status: 400, text: error.message, written: NOTHING }
    }
  }

  #read(body: WriteBody): OtlpRejects | undefined {
    if (body.kind === 'lines') body.feed(this)
    else if (body.kind === 'v1') this.#readV1(body.bytes)
    else if (body.kind === 'v2') {
      readWriteRequestV2(this.#unpacked(body.bytes), this)
    } else {
      const settings = this.#context.otlp?.() ?? bug('OTLP came where nobody takes it')
      const request =
        body.kind === 'otlp-json'
          ? this.#decoder.fromJson(body.text)
          : this.#decoder.fromProtobuf(body.bytes)
      return writeOtlp(request, settings, this)
    }
    return undefined
  }

  #readV1(body: Uint8Array): void {
    const length = this.#cache.unpack(body)
    if (length === undefined) {
      return readWriteRequest(snappyDecode(body, WRITE_MESSAGE_BYTES), this)
    }
    let message: Uint8Array | undefined
    for (let at = 0; (at = this.#cache.walk(at, length, this.#add)) < length;) {
      // A copy, because what is learned of a series may move the kernel's memory.
      message ??= this.#cache.message(length)
      at = readWriteField(message, at, this)
    }
  }

  #unpacked(body: Uint8Array): Uint8Array {
    const length = this.#cache.unpack(body)
    if (length === undefined) return snappyDecode(body, WRITE_MESSAGE_BYTES)
    return this.#cache.message(length)
  }

  /** A sample of a series that is known. */
  readonly #add = (group: number, column: number, tMs: number, value: number): void => {
    const { batch } = this.#touch(group)
    batch.add(tMs, column, value)
  }

  #touch(index: number): Group {
    const group = this.#groups[index]!
    if (!group.isTouched) {
      group.isTouched = true
      this.#touched.push(group)
    }
    return group
  }

  series(message: Uint8Array, from: number, to: number): boolean {
    if (!this.#cache.find(message, from, to)) {
      const [group, column] = this.#place(readLabels(message, from, to))
      if (group === PASSED_OVER) return false
      this.#cache.add(group, column)
      this.#cache.group = group
      this.#cache.column = column
    }
    this.#group = this.#touch(this.#cache.group)
    this.#column = this.#cache.column
    return true
  }

  sample(tMs: number, value: number): void {
    this.#group!.batch.add(tMs, this.#column, value)
  }

  histogram(tMs: number, histogram: NativeHistogram): void {
    this.#group!.histograms.push({ column: this.#column, tMs, histogram })
  }

  exemplar(exemplar: Exemplar): void {
    this.#group!.exemplars.push({ column: this.#column, exemplar })
  }

  metadata(family: string, metadata: Metadata): void {
    this.#metadata.push([family, metadata])
  }

  /** Finds or makes the place of a series. */
  #place(pairs: [string, string][]): readonly [group: number, column: number] {
    const labels = Labels.of(pairs)
    const isWhole = new Set(pairs.map(([name]) => name)).size === pairs.length
    if (!isWhole || labels.get('__name__') === '' || !areValidLabels(labels)) {
      this.stats.invalidLabels++
      this.#invalid++
      return [PASSED_OVER, -1]
    }
    const key = groupKeyOf(labels)
    let group = this.#groupOf.get(key.key)
    if (group === undefined) {
      group = this.#groups.length
      this.#groups.push({
        appender: this.#context.appender.group(key, 'remote'),
        batch: new CellBatch(),
        histograms: [],
        exemplars: [],
        isTouched: false,
      })
      this.#groupOf.set(key.key, group)
    }
    const column = this.#groups[group]!.appender.column(labels)
    if (column >= 0) return [group, column]
    this.#refused++
    this.stats.seriesRefused++
    return [PASSED_OVER, -1]
  }

  #store(): WriteAnswer {
    const { appender } = this.#context
    const floats = new Uint32Array(Object.keys(AppendOutcome).length)
    const histograms = new Uint32Array(floats.length)
    let exemplars = 0
    for (const group of this.#touched) {
      group.batch.appendTo(group.appender, floats)
      for (const { tMs, column, histogram } of group.histograms) {
        histograms[group.appender.appendSample(tMs, column, histogram)]!++
      }
      for (const { column, exemplar } of group.exemplars) {
        group.appender.appendExemplar(column, exemplar)
        exemplars++
      }
    }
    for (const [family, metadata] of this.#metadata) appender.setMetadata(family, metadata)
    this.#forgetBatches()
    this.stats.samples += floats[AppendOutcome.ok]!
    this.stats.histograms += histograms[AppendOutcome.ok]!
    this.stats.exemplars += exemplars
    const written = {
      samples: floats[AppendOutcome.ok]! + floats[AppendOutcome.duplicateSame]!,
      histograms: histograms[AppendOutcome.ok]! + histograms[AppendOutcome.duplicateSame]!,
      exemplars,
    }
    return { ...this.#verdict(floats.map((count, i) => count + histograms[i]!)), written }
  }

  #verdict(counts: Uint32Array): { readonly status: number; readonly text: string } {
    const { stats } = this
    stats.repeated += counts[AppendOutcome.duplicateSame]!
    stats.duplicates += counts[AppendOutcome.duplicateDiffers]!
    stats.outOfOrder += counts[AppendOutcome.outOfOrder]!
    stats.outOfBounds += counts[AppendOutcome.tooOld]! + counts[AppendOutcome.tooFarAhead]!
    for (const [outcome, status, text] of FAULTS) {
      if (counts[outcome]! > 0) return { status, text }
    }
    if (this.#refused > 0) {
      const text = `${this.#refused} series refused: the budget of series (--storage.tsdb.max-head-series) is used up or a label is over its limit`
      return { status: 400, text }
    }
    if (this.#isStrict && this.#invalid > 0)
      return { status: 400, text: `invalid metric name or labels of ${this.#invalid} series` }
    return { status: 204, text: '' }
  }

  #forgetBatches(): void {
    for (const group of this.#touched) {
      group.isTouched = false
      group.batch.clear()
      group.histograms.length = 0
      group.exemplars.length = 0
    }
    this.#touched = []
    this.#metadata = []
  }
}
