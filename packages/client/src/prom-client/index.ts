export { exponentialBuckets } from '../buckets.ts'
export { aggregators } from './aggregate.ts'
export { AggregatorRegistry } from './cluster.ts'
export { validateMetricName } from './configuration.ts'
export { Counter } from './counter.ts'
export { collectDefaultMetrics } from './default-metrics.ts'
export { register } from './default-registry.ts'
export { Gauge } from './gauge.ts'
export { linearBuckets } from './linear-buckets.ts'
export { Histogram, Summary } from './observers.ts'
export { Pushgateway } from './pushgateway.ts'
export { openMetricsContentType, prometheusContentType, Registry } from './registry.ts'
export { prometheusContentType as contentType } from './registry.ts'
export type { LabelValues, MetricConfiguration } from './configuration.ts'
export type { CounterConfiguration, IncreaseDataWithExemplar } from './counter.ts'
export type { DefaultMetricsCollectorConfiguration } from './default-metrics.ts'
export type { GaugeConfiguration } from './gauge.ts'
export type {
  HistogramConfiguration,
  ObserveDataWithExemplar,
  SummaryConfiguration,
} from './observers.ts'
export type { PushgatewayParameters } from './pushgateway.ts'
export type {
  OpenMetricsContentType,
  PrometheusContentType,
  RegistryContentType,
} from './registry.ts'
export type { Aggregator, MetricLike as Metric, MetricObject, MetricValue } from './values.ts'
