export { Column } from './queryable.ts'
export type * from './ast.ts'
export { FUNCTIONS } from './function-table.ts'
export { parseExpr, parseSelector, SYNTAX_FEATURES } from './parser.ts'
export { ParseErrors, positionText } from './parse-error.ts'
export { typeOf } from './check-types.ts'
export type { FunctionSignature } from './function-table.ts'
export type { ParseOptions } from './parser.ts'
export type { ParseProblem } from './parse-error.ts'
export type { EngineOptions, QueryOptions } from './engine-options.ts'
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
  ScalarResult,
  StringResult,
  VectorResult,
} from './result.ts'
