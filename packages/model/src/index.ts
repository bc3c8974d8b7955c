export { METRIC_NAME, compareText, Labels, LabelsBuilder } from './labels.ts'
export { Matcher } from './matcher.ts'
export { CUSTOM_BUCKETS_SCHEMA } from './histogram.ts'
export {
  ABSENT,
  ABSENT_LOW_WORD,
  isAbsent,
  isSample,
  isStale,
  lowWord,
  NORMAL_NAN,
  STALE,
  STALE_LOW_WORD,
} from './special.ts'
export { formatDuration, parseDuration } from './duration.ts'
export { formatValue, parseValue } from './value.ts'
export type { Alert, Notifier } from './alert.ts'
export type { Discoverer, TargetGroup } from './discovery.ts'
export type { Exemplar } from './exemplar.ts'
export type { CounterResetHint, NativeHistogram, Span } from './histogram.ts'
export type { MatchType } from './matcher.ts'
export type { Metadata, MetricType } from './metadata.ts'
