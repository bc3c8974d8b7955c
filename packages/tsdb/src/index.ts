export { AppendOutcome } from './appender.ts'
export type { Appender, GroupAppender, GroupKind } from './appender.ts'
export type { TsdbOptions } from './tsdb-options.ts'
export type { BlockInfo, Cardinality, NameCount, TsdbStats } from './tsdb-status.ts'
