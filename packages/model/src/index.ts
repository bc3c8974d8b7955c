export { METRIC_NAME, compareText, Labels, LabelsBuilder } from './labels.ts'
export { Matcher } from './matcher.ts'
export { Regex } from './regex.ts'
export {
  AlertMatcher,
  alertMatchersText,
  compareAlertMatchers,
  matchesAlert,
} from './alert-matcher.ts'
export { AlertMatcherLexer } from './alert-matcher-lexer.ts'
export {
  onlyOne,
  parseAlertMatcher,
  parseAlertMatchers,
  parseClassicMatchers,
  parseUtf8Matchers,
} from './alert-matcher-parser.ts'
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
export { formatDuration, parseDuration, parseSignedDuration } from './duration.ts'
export { goQuote, goUnquote } from './quote.ts'
export {
  areValidLabels,
  escapeName,
  isValidLabelName,
  isValidMetricName,
  sanitizeFullLabelName,
  sanitizeLabelName,
  unescapeName,
} from './names.ts'
export { createPollingDiscoverer, hostPort, metaName } from './polling-discoverer.ts'
export type { PollingDiscoverer } from './polling-discoverer.ts'
export { signature, signatureOf } from './signature.ts'
export {
  formatDecimal,
  formatExponent,
  formatOpenMetricsValue,
  formatSeconds,
  formatShortest,
  formatSignificant,
  formatValue,
  parseInteger,
  parseValue,
} from './value.ts'
export type { Alert, Notifier } from './alert.ts'
export type { Discoverer, TargetGroup } from './discovery.ts'
export type { Exemplar } from './exemplar.ts'
export type { CounterResetHint, NativeHistogram, Span } from './histogram.ts'
export type { MatchType } from './matcher.ts'
export type { Metadata, MetricType } from './metadata.ts'
export type { EscapingScheme, NameScheme } from './names.ts'
export type { RegexGroups } from './regex-engine.ts'
