export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown'

/** What `# TYPE`, `# HELP` and `# UNIT` say of a metric family. Empty texts when not said. */
export interface Metadata {
  readonly type: MetricType
  readonly help: string
  readonly unit: string
}
