export { BodyTemplates } from './body-templates.ts'
export { createCursor } from './create-cursor.ts'
export { Entry } from './cursor.ts'
export { Format, negotiate } from './accept.ts'
export { lintMetrics } from './lint.ts'
export { parserFor } from './content-type.ts'
export { escapeFamily } from './family-escaping.ts'
export { parseFamilies } from './family-parse.ts'
export { parseProtobufFamilies } from './protobuf-families.ts'
export {
  openMetrics2Family,
  openMetricsFamily,
  writeOpenMetrics,
  writeOpenMetrics2,
} from './write-openmetrics.ts'
export { writeText } from './write-text.ts'
export type { BodyTemplate } from './body-templates.ts'
export type { BodyFormat, ParserChoice } from './content-type.ts'
export type { ExpositionCursor, ExpositionOptions } from './cursor.ts'
export type {
  Bucket,
  FamilyExemplar,
  HistogramValue,
  Metric,
  MetricFamily,
  SummaryValue,
} from './family.ts'
export type { FamilyParseOptions } from './family-parse.ts'
export type { LintProblem } from './lint.ts'
export type { Negotiated } from './accept.ts'
export type { OpenMetricsOptions } from './write-openmetrics.ts'
