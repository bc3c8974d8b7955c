export { Column } from './queryable.ts'
export type * from './ast.ts'
export { FUNCTIONS } from './function-table.ts'
export { parseExpr, parseSelector, SYNTAX_FEATURES } from './parser.ts'
export { ParseErrors, positionText } from './parse-error.ts'
export { typeOf } from './check-types.ts'
export { Lexer } from './lexer.ts'
export { SeriesLexer } from './series-lexer.ts'
export { parseSeriesDescription } from './series-description.ts'
export { printExpr } from './printer.ts'
export { prettyExpr } from './pretty-printer.ts'
export type { FunctionSignature } from './function-table.ts'
export type { ParseOptions } from './parser.ts'
export type { HistogramArithmetic, SequenceValue, SeriesDescription } from './series-description.ts'
export type { Token, TokenType } from './token.ts'
export type { ParseProblem } from './parse-error.ts'
export { histogramText } from './eval/histogram/text.ts'
export { createEngine } from './engine.ts'
export type { Engine, EngineSettings } from './engine.ts'
export type { EngineOptions, QueryOptions, QueryProgress } from './engine-options.ts'
export { deleteLabelMatchers, setLabelMatcher } from './edit-matchers.ts'
export { lintExpr, metricNamesIn } from './lint/lint.ts'
export { selectorsIn } from './lint/expr-walk.ts'
export { NO_KNOWLEDGE } from './lint/lint-knowledge.ts'
export type {
  LintCode,
  LintFinding,
  LintKnowledge,
  MetricKnowledge,
} from './lint/lint-knowledge.ts'
export type { ExplainNode, ExplainRead } from './explain/explain-node.ts'
export type {
  LabelList,
  Querier,
  Queryable,
  SelectHints,
  Selection,
  SeriesGroup,
} from './queryable.ts'
export type {
  MatrixResult,
  MatrixSeries,
  QueryAnswer,
  QueryResult,
  QueryStats,
  QueryTimings,
  ScalarResult,
  StepStats,
  StringResult,
  VectorResult,
} from './result.ts'
