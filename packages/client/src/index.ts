export { aggregated } from './aggregate.ts'
export {
  DEFAULT_BUCKETS,
  exponentialBuckets,
  exponentialBucketsRange,
  linearBuckets,
} from './buckets.ts'
export { collectDefaultMetrics } from './collectors/default-metrics.ts'
export { Counter } from './counter.ts'
export { constHistogram, constNativeHistogram } from './const-histogram.ts'
export { textOf } from './family-text.ts'
export { FixedFamily } from './fixed-family.ts'
export { contentTypeOf, OPENMETRICS, PROTOBUF, TEXT } from './format.ts'
export { Gauge } from './gauge.ts'
export { formatNumber, formatOpenMetricsNumber } from './go-number.ts'
export { GraphiteBridge } from './graphite-bridge.ts'
export { metricsHandler } from './handler.ts'
export { Histogram } from './histogram.ts'
export { Info } from './info.ts'
export { lint } from './lint.ts'
export { metricsServer } from './metrics-server.ts'
export { StateSet } from './state-set.ts'
export { Untyped } from './untyped.ts'
export { countExceptions, inProgress, timed } from './instrument.ts'
export { acceptsGzip, negotiate } from './negotiation.ts'
export { pushOnExit } from './push-on-exit.ts'
export { groupUrl, Pusher } from './pusher.ts'
export { Registry } from './registry.ts'
export { snapshotOf } from './snapshot.ts'
export { Summary } from './summary.ts'
export { reportToPrimary, WorkerAggregator } from './workers.ts'
export type { DefaultMetricsOptions } from './collectors/description.ts'
export type { CounterOptions, CounterSeries } from './counter.ts'
export type { ConstNativeHistogramOptions } from './const-histogram.ts'
export type { Exemplar, ExemplarLabels } from './exemplars.ts'
export type { ExpositionOptions } from './exposition.ts'
export type { Escaping, Format, ProtobufFormat, TextFormat } from './format.ts'
export type { GaugeOptions, GaugeSeries } from './gauge.ts'
export type { GraphiteBridgeOptions } from './graphite-bridge.ts'
export type { MetricsHandler, MetricsHandlerOptions, PageSource } from './handler.ts'
export type { HistogramOptions, HistogramSeries } from './histogram.ts'
export type { Collector, MetricOptions, NameOptions, Registers } from './metric.ts'
export type { NativeHistogramOptions, NativeSnapshot } from './native-counts.ts'
export type { LabelValues, OnOverflow, SeriesOrder } from './series-table.ts'
export type { PushOnExitOptions } from './push-on-exit.ts'
export type { PusherOptions } from './pusher.ts'
export type {
  Aggregation,
  BucketSnapshot,
  Description,
  FamilySnapshot,
  HistogramSnapshot,
  Labels,
  MetricType,
  SeriesSnapshot,
  SummarySnapshot,
} from './snapshot.ts'
export type { Span } from './sparse-buckets.ts'
export type { SummaryOptions, SummarySeries } from './summary.ts'
export type { WrapOptions } from './wrapped-collector.ts'
export type { AnyWorker, WorkerAggregatorOptions } from './workers.ts'
export type { InfoOptions } from './info.ts'
export type { Linted } from './lint.ts'
export type { MetricsServer, MetricsServerOptions } from './metrics-server.ts'
export type { RegistryOptions } from './registry.ts'
export type { StateSetOptions } from './state-set.ts'
export type { UntypedOptions } from './untyped.ts'
