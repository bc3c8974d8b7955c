// A batch as the body of a request of remote write 2.0, before it is compressed:
//
//   Request     symbols 4 …, timeseries 5 …                 symbol 0 is the empty text
//   TimeSeries  labels_refs 1 packed, samples 2, histograms 3, exemplars 4, metadata 5
//   Sample      value 1 double, timestamp 2      Exemplar  labels_refs 1, value 2, timestamp 3
//   Metadata    type 1, help_ref 3, unit_ref 4
//
// @source Prometheus Remote-Write 2.0 specification
import { ProtoWriter } from '@pharos/base'
import { isStale, type Labels, METRIC_NAME, type Metadata } from '@pharos/model'
import { writeHistogramMessage } from './histogram-body.ts'
import type { SampleBatch } from './sample-batch.ts'
import { metricTypeNumber } from './write-body.ts'

/** The bits of the stale marker outside; a number would lose them on some paths. */
const STALE_BYTES: Uint8Array = new Uint8Array(new BigUint64Array([0x7ff0000000000002n]).buffer)

/**
 * @param metadataOf  what is known of a metric name
 * @param from  index of the first sample that goes in
 */
export function encodeV2(
  batch: SampleBatch,
  metadataOf: (name: string) => Metadata | undefined,
  from = 0,
): Uint8Array {
  const symbols = new Map<string, number>([['', 0]])
  const ref = (text: string): number => {
    const known = symbols.get(text)
    if (known !== undefined) return known
    const made = symbols.size
    symbols.set(text, made)
    return made
  }
  const series = new ProtoWriter(64 * 1024)
  for (let i = from; i < batch.count; i++) writeSeries(series, batch, i, ref, metadataOf)
  const out = new ProtoWriter(series.length + 16 * 1024)
  for (const symbol of symbols.keys()) out.text(4, symbol)
  // The symbols are complete now; the series were written behind them in a buffer of their own.
  const whole = new Uint8Array(out.length + series.length)
  whole.set(out.bytes())
  whole.set(series.bytes(), out.length)
  return whole
}

function writeSeries(
  out: ProtoWriter,
  batch: SampleBatch,
  i: number,
  ref: (text: string) => number,
  metadataOf: (name: string) => Metadata | undefined,
): void {
  const { labels } = batch.series[i]!
  const tMs = batch.times[i]!
  const histogram = batch.histograms.get(i)
  out.message(5, () => {
    out.packedUint64(1, refsOf(labels, ref))
    const exemplar = batch.exemplars.get(i)
    if (histogram !== undefined) {
      out.message(3, () => writeHistogramMessage(out, histogram, tMs))
    } else if (exemplar === undefined) {
      out.message(2, () => {
        const value = batch.values[i]!
        if (value !== value && isStale(value)) out.fixed64(1, STALE_BYTES)
        else out.double(1, value)
        out.int64(2, tMs)
      })
    } else {
      out.message(4, () => {
        out.packedUint64(1, refsOf(exemplar.labels, ref))
        out.double(2, exemplar.value)
        out.int64(3, exemplar.timestampMs ?? 0)
      })
    }
    const metadata = metadataOf(labels.get(METRIC_NAME))
    if (metadata === undefined) return
    out.message(5, () => {
      out.uint64(1, metricTypeNumber(metadata.type))
      if (metadata.help !== '') out.uint64(3, ref(metadata.help))
      if (metadata.unit !== '') out.uint64(4, ref(metadata.unit))
    })
  })
}

function refsOf(labels: Labels, ref: (text: string) => number): number[] {
  return labels.flat.map(ref)
}
