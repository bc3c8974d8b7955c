// The serving end of remote read: `/api/v1/read`.
//
//   body ─(snappy, capped)─► queries ─► selections, series in the order of their labels ─► one message of samples (snappy)
//                                                                                    └──► frames of chunks, one series each
//
// External labels are not in the store: a matcher that asks for one of ours is answered by its absence, and every series
// that goes out has them, as in the reference.

import {
  type Clock,
  crc32c,
  ByteWriter,
  ProtoWriter,
  snappyDecode,
  snappyEncode,
  UserError,
} from '@pharos/base'
import { isStale, Labels, LabelsBuilder, Matcher } from '@pharos/model'
import { chunksOf, type EncodedChunk, type SeriesSamples } from '@pharos/prometheus-blocks'
import type { Querier } from '@pharos/tsdb'
import { READ_REQUEST_BYTES } from '../limits.ts'
import { writeHistogramMessage } from '../sender/histogram-body.ts'
import { type ReadQuery, readReadRequest, writeLabelFields } from './read-message.ts'
import { SeriesReader, type SeriesPlace } from './series-samples.ts'

interface ReadServerContext {
  readonly clock: Clock
  /** A view on what the store has in [minMs, maxMs]. */
  readonly querier: (minMs: number, maxMs: number) => Querier
  readonly externalLabels: () => Labels
  /** Most samples of one answer that is not streamed; 0: no limit. */
  readonly maxSamples: number
  /** Requests at once; 0: no limit. */
  readonly maxConcurrent: number
  /** A frame is ended when it has this many bytes. */
  readonly frameBytes: number
}

/** Counted in plain numbers; `server` turns them into metrics. */
interface ReadServerStats {
  queries: number
  running: number
}

type ReadAnswer =
  | { readonly kind: 'samples'; readonly body: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'stream'; readonly frames: AsyncGenerator<Uint8Array, void, undefined> }

/** The reference's stale marker, as it stands outside. */
const STALE_BYTES = Uint8Array.of(2, 0, 0, 0, 0, 0, 0xf0, 0x7f)
/** Work between two turns of the event loop, in samples. */
const TURN_SAMPLES = 200_000
/** Frames are sent in pieces of this size, so that small series do not cost a write each. */
const PIECE_BYTES = 64 << 10

export class ReadServer {
  readonly stats: ReadServerStats = { queries: 0, running: 0 }
  readonly #context: ReadServerContext

  constructor(context: ReadServerContext) {
    this.#context = context
  }

  /**
   * Answers one request's body.
   * @throws UserError `remote/read-request`, `remote/read-limit`, `remote/read-busy`; OutsideError for a damaged body, and
   *   what the store throws
   */
  async read(body: Uint8Array): Promise<ReadAnswer> {
    const { maxConcurrent } = this.#context
    const request = readReadRequest(snappyDecode(body, READ_REQUEST_BYTES))
    if (maxConcurrent > 0 && this.stats.running >= maxConcurrent)
      throw new UserError(
        'remote/read-busy',
        `${maxConcurrent} remote reads run, no more are taken (--storage.remote.read-concurrent-limit)`,
      )
    this.stats.queries += request.queries.length
    if (request.isStreamed) return { kind: 'stream', frames: this.#frames(request.queries) }
    this.stats.running++
    try {
      return { kind: 'samples', body: await this.#samples(request.queries) }
    } finally {
      this.stats.running--
    }
  }

  async #samples(queries: readonly ReadQuery[]): Promise<Uint8Array<ArrayBuffer>> {
    const { clock, maxSamples } = this.#context
    const out = new ProtoWriter(64 << 10)
    const result = new ProtoWriter(64 << 10)
    const reader = new SeriesReader()
    let [total, sinceTurn] = [0, 0]
    for (const query of queries) {
      result.clear()
      for await (const place of this.#series(query)) {
        const samples = reader.read(place, query.startMs, query.endMs)
        const count = samples.times.length
        if (count === 0) continue
        total += count
        sinceTurn += count
        if (maxSamples > 0 && total > maxSamples)
          throw new UserError('remote/read-limit', `exceeded sample limit (${maxSamples})`)
        result.message(1, () => writeSeries(result, place.labels, samples))
        if (sinceTurn > TURN_SAMPLES) {
          sinceTurn = 0
          await clock.sleep(0)
        }
      }
      out.raw(1, result.bytes())
    }
    return snappyEncode(out.bytes())
  }

  async *#frames(queries: readonly ReadQuery[]): AsyncGenerator<Uint8Array, void, undefined> {
    this.stats.running++
    try {
      const piece = new ByteWriter(PIECE_BYTES)
      const frame = new ProtoWriter(PIECE_BYTES)
      const reader = new SeriesReader()
      for (const [index, query] of queries.entries()) {
        for await (const place of this.#series(query)) {
          const samples = reader.read(place, query.startMs, query.endMs)
          for (const bytes of this.#framesOf(frame, place.labels, samples, index)) {
            addFrame(piece, bytes)
            if (piece.length < PIECE_BYTES) continue
            yield piece.bytes().slice()
            piece.clear()
          }
        }
      }
      if (piece.length > 0) yield piece.bytes().slice()
    } finally {
      this.stats.running--
    }
  }

  /** One series as one or more messages; each is valid until the next. */
  *#framesOf(
    out: ProtoWriter,
    labels: Labels,
    samples: SeriesSamples,
    queryIndex: number,
  ): Generator<Uint8Array> {
    let chunks: EncodedChunk[] = []
    let size = 0
    const whole = (): Uint8Array => {
      out.clear()
      out.message(1, () => {
        writeLabelFields(out, labels)
        for (const { from, to, encoding, data } of chunks) {
          out.message(2, () => {
            out.int64(1, samples.times[from]!)
            out.int64(2, samples.times[to - 1]!)
            out.uint64(3, encoding)
            out.raw(4, data)
          })
        }
      })
      if (queryIndex > 0) out.int64(2, queryIndex)
      return out.bytes()
    }
    for (const chunk of chunksOf(samples)) {
      chunks.push(chunk)
      size += chunk.data.length
      if (size < this.#context.frameBytes) continue
      yield whole()
      chunks = []
      size = 0
    }
    if (chunks.length > 0) yield whole()
  }

  /** The series of a query in the order of the labels that go out. */
  async *#series(query: ReadQuery): AsyncGenerator<SeriesPlace, void, undefined> {
    const { querier, externalLabels } = this.#context
    const external = externalLabels()
    const { startMs, endMs } = query
    const matchers = query.matchers.map((one) => forStore(one, external))
    const view = querier(startMs, endMs)
    try {
      const hints = { startMs, endMs, stepMs: 0, rangeMs: 0, func: '', grouping: [], by: false }
      const { groups } = await view.select(matchers, hints)
      const places = groups.flatMap((group) =>
        Array.from({ length: group.seriesCount }, (_, series) => ({
          labels: withExternal(group.labels(series), external),
          group,
          series,
        })),
      )
      places.sort((a, b) => Labels.compare(a.labels, b.labels))
      yield* places
    } finally {
      view.close()
    }
  }
}

/** @source remote.readHandler: equality matchers on our own external labels match their absence */
function forStore(matcher: Matcher, external: Labels): Matcher {
  const isOurs = matcher.type === '=' && external.get(matcher.name) === matcher.value
  return isOurs && external.has(matcher.name) ? new Matcher('=', matcher.name, '') : matcher
}

/** What a series has of its own stays. */
function withExternal(labels: Labels, external: Labels): Labels {
  if (external.size === 0) return labels
  const builder = new LabelsBuilder(external)
  for (const [name, value] of labels) builder.set(name, value)
  return builder.labels()
}

function writeSeries(out: ProtoWriter, labels: Labels, samples: SeriesSamples): void {
  const { times, values, histograms } = samples
  writeLabelFields(out, labels)
  for (let i = 0; i < times.length; i++) {
    const histogram = histograms.get(i)
    const tMs = times[i]!
    if (histogram !== undefined) {
      out.message(4, () => writeHistogramMessage(out, histogram, tMs))
      continue
    }
    const value = values[i]!
    out.message(2, () => {
      if (value !== value && isStale(value)) out.fixed64(1, STALE_BYTES)
      else out.double(1, value)
      out.int64(2, tMs)
    })
  }
}

function addFrame(piece: ByteWriter, message: Uint8Array): void {
  const sum = crc32c(message)
  piece.varint(message.length)
  for (let shift = 24; shift >= 0; shift -= 8) piece.u8((sum >>> shift) & 0xff)
  piece.raw(message)
}
