export { Column } from './queryable.ts'
export type * from './ast.ts'
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
