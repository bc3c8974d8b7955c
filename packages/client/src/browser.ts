export {
  DEFAULT_BUCKETS,
  exponentialBuckets,
  exponentialBucketsRange,
  linearBuckets,
} from './buckets.ts'
export { constHistogram, constNativeHistogram } from './const-histogram.ts'
export { Counter } from './counter.ts'
export { FixedFamily } from './fixed-family.ts'
export { contentTypeOf, OPENMETRICS, PROTOBUF, TEXT } from './format.ts'
export { Gauge } from './gauge.ts'
export { Histogram } from './histogram.ts'
export { Info } from './info.ts'
export { countExceptions, inProgress, timed } from './instrument.ts'
export { negotiate } from './negotiation.ts'
export { Pusher } from './pusher.ts'
export { Registry } from './registry.ts'
export { StateSet } from './state-set.ts'
export { Summary } from './summary.ts'
export { Untyped } from './untyped.ts'
