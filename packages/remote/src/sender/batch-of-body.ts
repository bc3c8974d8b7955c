// The samples in a body of remote write 1.0 that was queued on disk, for an endpoint that wants another version.
import { snappyDecode } from '@pharos/base'
import { type Exemplar, Labels } from '@pharos/model'
import { readLabels, readWriteRequest } from '../write-request.ts'
import { SampleBatch } from './sample-batch.ts'
import type { SentSeries } from './sent-series.ts'

/** Largest body that was ever written, unpacked. */
const BODY_BYTES_MAX = 64 * 1024 * 1024

/**
 * @param body  compressed
 * @param entries  how many it holds
 * @throws OutsideError `snappy/…`, `proto/corrupt`; not for a body whose checksum was right
 */
export function batchOfBody(body: Uint8Array, entries: number): SampleBatch {
  const batch = new SampleBatch(entries)
  let series: SentSeries | undefined
  readWriteRequest(snappyDecode(body, BODY_BYTES_MAX), {
    series(message, from, to) {
      // Its lane is known already; the wire form is not needed any more.
      const labels = Labels.of(readLabels(message, from, to))
      series = { labels, wire: message.slice(from, to), hash: 0 }
      return true
    },
    sample: (tMs, value) => batch.add(series!, tMs, value),
    histogram: (tMs, histogram) => batch.addHistogram(series!, tMs, histogram),
    exemplar: (exemplar: Exemplar) =>
      batch.addExemplar(series!, exemplar, exemplar.timestampMs ?? 0),
    metadata: () => {},
  })
  return batch
}
