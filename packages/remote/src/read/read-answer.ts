// Answers of remote read, as columns: one message of samples, or frames of chunks (read-message.ts draws both).

import { type Clock, crc32c, OutsideError, ProtoReader, snappyDecode } from '@pharos/base'
import { Labels, type NativeHistogram } from '@pharos/model'
import { readChunk, SampleRows } from '@pharos/prometheus-blocks'
import { readLabels, readWriteRequest, type WriteSink } from '../write-request.ts'
import type { ReadQuery } from './read-message.ts'
import type { SeriesColumns } from './series-samples.ts'

/** Read between two turns of the event loop. */
const TURN_BYTES = 1 << 20

/** Collects the samples of one series in any order; `columns` puts them in order, the first of a time stays. */
export class ColumnsBuilder {
  readonly labels: Labels
  readonly #rows = new SampleRows()
  #isAscending = true

  constructor(labels: Labels) {
    this.labels = labels
  }

  add(tMs: number, value: number | NativeHistogram): void {
    if (tMs <= this.#rows.lastMs) this.#isAscending = false
    this.#rows.add(tMs, value)
  }

  columns(): SeriesColumns {
    const { labels } = this
    const given = this.#rows.samples()
    if (this.#isAscending) return { labels, ...given }
    const order = Array.from(given.times, (_, i) => i)
    order.sort((a, b) => given.times[a]! - given.times[b]! || a - b)
    const sorted = new SampleRows()
    for (const at of order) {
      const tMs = given.times[at]!
      if (tMs > sorted.lastMs) sorted.add(tMs, given.histograms.get(at) ?? given.values[at]!)
    }
    return { labels, ...sorted.samples() }
  }
}

/**
 * The series of an answer whose body is one message of samples.
 * @param maxBytes  unpacked
 * @throws OutsideError `proto/corrupt`, `snappy/…`
 */
export function readSamplesAnswer(body: Uint8Array, maxBytes: number): SeriesColumns[] {
  const reader = new ProtoReader(snappyDecode(body, maxBytes))
  const sink = new SeriesSink()
  while (reader.next()) {
    // A result has its series where a request of remote write has them.
    if (reader.field === 1) readWriteRequest(reader.raw(), sink)
    else reader.skip()
  }
  return sink.all()
}

class SeriesSink implements WriteSink {
  readonly #all: ColumnsBuilder[] = []

  series(message: Uint8Array, from: number, to: number): boolean {
    this.#all.push(new ColumnsBuilder(Labels.of(readLabels(message, from, to))))
    return true
  }

  sample(tMs: number, value: number): void {
    this.#all.at(-1)!.add(tMs, value)
  }

  histogram(tMs: number, histogram: NativeHistogram): void {
    this.#all.at(-1)!.add(tMs, histogram)
  }

  exemplar(): void {}

  metadata(): void {}

  all(): SeriesColumns[] {
    return this.#all.map((one) => one.columns())
  }
}

/**
 * The series of an answer that is a stream of frames; of one query.
 * @throws OutsideError `remote/frame` for a frame that is cut or damaged, `proto/corrupt`, `blocks/…`
 */
export async function readStreamedAnswer(
  body: Uint8Array,
  { startMs, endMs }: ReadQuery,
  clock: Clock,
): Promise<SeriesColumns[]> {
  const all: ColumnsBuilder[] = []
  let turnAt = TURN_BYTES
  for (let at = 0; at < body.length;) {
    let length = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = body[at++]
      if (byte === undefined || shift > 2 ** 28) throw broken('its length is cut')
      length += (byte & 0x7f) * shift
      if (byte < 0x80) break
    }
    const from = at + 4
    const to = from + length
    if (to > body.length) throw broken(`${length} bytes where ${body.length - from} are left`)
    const sum = new DataView(body.buffer, body.byteOffset + at, 4).getUint32(0, false)
    if (sum !== crc32c(body, from, to) >>> 0) throw broken('its checksum does not match')
    readFrame(new ProtoReader(body, from, to), all, startMs, endMs)
    at = to
    if (at < turnAt) continue
    turnAt = at + TURN_BYTES
    await clock.sleep(0)
  }
  return all.map((one) => one.columns())
}

function readFrame(
  reader: ProtoReader,
  all: ColumnsBuilder[],
  startMs: number,
  endMs: number,
): void {
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip()
      continue
    }
    const outer = reader.enter()
    const from = reader.offset
    let to = from
    let series: ColumnsBuilder | undefined
    while (reader.next()) {
      if (reader.field === 1) {
        reader.skip()
        to = reader.offset
      } else if (reader.field === 2) {
        series ??= seriesOf(all, Labels.of(readLabels(reader.bytes, from, to)))
        readChunk(readChunkMessage(reader), adderOf(series, startMs, endMs))
      } else reader.skip()
    }
    reader.leave(outer)
  }
}

/** A series may go on in the next frame. */
function seriesOf(all: ColumnsBuilder[], labels: Labels): ColumnsBuilder {
  const last = all.at(-1)
  if (last !== undefined && last.labels.equals(labels)) return last
  const fresh = new ColumnsBuilder(labels)
  all.push(fresh)
  return fresh
}

/** Chunks are sent whole: they may begin before the query and end behind it. */
function adderOf(
  series: ColumnsBuilder,
  startMs: number,
  endMs: number,
): (tMs: number, value: number | NativeHistogram) => void {
  return (tMs, value) => {
    if (tMs >= startMs && tMs <= endMs) series.add(tMs, value)
  }
}

function readChunkMessage(reader: ProtoReader): { encoding: number; data: Uint8Array } {
  const outer = reader.enter()
  let [encoding, data] = [0, new Uint8Array(0)] as [number, Uint8Array]
  while (reader.next()) {
    if (reader.field === 3) encoding = reader.int64()
    else if (reader.field === 4) data = reader.raw()
    else reader.skip()
  }
  reader.leave(outer)
  return { encoding, data }
}

function broken(what: string): OutsideError {
  return new OutsideError('remote/frame', `remote read: a frame is damaged: ${what}`)
}
