import type { NativeHistogram } from '@pharos/model'

/**
 * How many samples a histogram counts for in the sample limit: its size in memory over that of a float
 * sample, as the reference works it out.
 * @source Prometheus 3.14, promql HPoint.size and FloatHistogram.Size
 */
export function histogramSampleCount(h: NativeHistogram): number {
  const bytes =
    HISTOGRAM_BYTES +
    SPAN_BYTES * (h.positiveSpans.length + h.negativeSpans.length) +
    8 * (h.positiveBuckets.length + h.negativeBuckets.length + h.customValues.length)
  return Math.floor((bytes + TIME_BYTES) / FLOAT_SAMPLE_BYTES)
}

const HISTOGRAM_BYTES = 168
const SPAN_BYTES = 8
const TIME_BYTES = 8
const FLOAT_SAMPLE_BYTES = 16
