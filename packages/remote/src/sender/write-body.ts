// A batch as the body of a request of remote write 1.0, before it is compressed:
//
//   WriteRequest  timeseries 1 { labels 1 …, samples 2 { value 1 double, timestamp 2 }, exemplars 3, histograms 4 }
//                 metadata 3 { type 1, metric_family_name 2, help 4, unit 5 }
//
// One TimeSeries a sample, as the reference sends them: a series rarely has two samples in one batch.
import { ByteWriter, ProtoWriter, SnappyEncoder } from '@pharos/base'
import { type Exemplar, isStale, type Labels, type Metadata, type MetricType } from '@pharos/model'
import { writeHistogramMessage } from './histogram-body.ts'
import type { SampleBatch } from './sample-batch.ts'

/** The number in the message, by type. @source prometheus.MetricMetadata.MetricType */
const TYPE_NUMBERS: Readonly<Record<MetricType, number>> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  gaugehistogram: 4,
  summary: 5,
  info: 6,
  stateset: 7,
}

export function metricTypeNumber(type: MetricType): number {
  return TYPE_NUMBERS[type]
}

/** Encodes batches; the bytes are valid until the next call. */
export class WriteBody {
  readonly #out = new ByteWriter(64 * 1024)
  readonly #extra = new ProtoWriter(1024)
  readonly #snappy = new SnappyEncoder()

  /** A batch as it goes over the line; the caller's to keep. */
  packed(batch: SampleBatch): Uint8Array {
    return this.#snappy.encode(this.encode(batch))
  }

  /** @param from  index of the first sample that goes in */
  encode(batch: SampleBatch, from = 0): Uint8Array {
    const out = this.#out
    out.clear()
    const hasExtras = batch.histograms.size > 0 || batch.exemplars.size > 0
    // Most times of a batch are the same.
    let lastMs = NaN
    let lastBytes = 0
    for (let i = from; i < batch.count; i++) {
      const { wire } = batch.series[i]!
      if (hasExtras && (batch.histograms.has(i) || batch.exemplars.has(i))) {
        const extra = this.#extrasOf(batch, i)
        out.u8(0x0a)
        out.varint(wire.length + extra.length)
        out.raw(wire)
        out.raw(extra)
        continue
      }
      const tMs = batch.times[i]!
      if (tMs !== lastMs) lastBytes = timeBytes(tMs)
      lastMs = tMs
      out.u8(0x0a)
      out.varint(wire.length + 12 + lastBytes)
      out.raw(wire)
      out.u8(0x12)
      out.u8(10 + lastBytes)
      out.u8(0x09)
      writeValue(out, batch.values[i]!)
      out.u8(0x10)
      writeTime(out, tMs)
    }
    return out.bytes()
  }

  #extrasOf(batch: SampleBatch, i: number): Uint8Array {
    const extra = this.#extra
    extra.clear()
    const exemplar = batch.exemplars.get(i)
    if (exemplar !== undefined) writeExemplar(extra, 3, exemplar)
    const histogram = batch.histograms.get(i)
    if (histogram !== undefined) {
      extra.message(4, () => writeHistogramMessage(extra, histogram, batch.times[i]!))
    }
    return extra.bytes()
  }
}

/** A request with nothing but metadata. @source remote write 1.0: MetricMetadata */
export function metadataBody(families: Iterable<readonly [string, Metadata]>): Uint8Array {
  const out = new ProtoWriter(4096)
  for (const [name, { type, help, unit }] of families) {
    out.message(3, () => {
      out.uint64(1, metricTypeNumber(type))
      out.text(2, name)
      if (help !== '') out.text(4, help)
      if (unit !== '') out.text(5, unit)
    })
  }
  return out.bytes()
}

function writeExemplar(out: ProtoWriter, field: number, exemplar: Exemplar): void {
  out.message(field, () => {
    writeLabels(out, 1, exemplar.labels)
    out.double(2, exemplar.value)
    out.int64(3, exemplar.timestampMs ?? 0)
  })
}

function writeLabels(out: ProtoWriter, field: number, labels: Labels): void {
  for (const [name, value] of labels) {
    out.message(field, () => {
      out.text(1, name)
      out.text(2, value)
    })
  }
}

/** The stale marker is another NaN outside than inside. */
function writeValue(out: ByteWriter, value: number): void {
  if (value !== value && isStale(value)) {
    out.u32(2)
    out.u32(0x7ff00000)
  } else out.f64(value)
}

/** Bytes of a time as an int64 varint. */
function timeBytes(tMs: number): number {
  if (tMs < 0) return 10
  let bytes = 1
  for (let rest = tMs; rest >= 0x80; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

function writeTime(out: ByteWriter, tMs: number): void {
  if (tMs >= 0) return out.varint(tMs)
  for (let rest = BigInt.asUintN(64, BigInt(tMs)), i = 0; i < 10; i++, rest >>= 7n) {
    out.u8(Number(rest & 0x7fn) | (i < 9 ? 0x80 : 0))
  }
}
