export { AppendOutcome } from './appender.ts'
export { Backfill } from './backfill.ts'
export { groupKeyOf } from './group-key.ts'
export { Column } from './querier.ts'
export { ReadOnlyTsdb } from './read-only-tsdb.ts'
export { Tsdb } from './tsdb.ts'
export type {
  Appender,
  CellAppender,
  CellStore,
  GroupAppender,
  GroupKind,
  PendingSeries,
} from './appender.ts'
export type { LabelList, Querier, SelectHints, Selection, SeriesGroup } from './querier.ts'
export type { Damage, ReadOnlyWorld } from './read-only-tsdb.ts'
export type {
  DownsamplingTier,
  MemoryBudget,
  ReloadableOptions,
  RetentionRule,
  TsdbOptions,
} from './tsdb-options.ts'
export type { BlockInfo, Cardinality, NameCount, ReplayStatus, TsdbStats } from './tsdb-status.ts'
export type { TsdbWorld } from './open-store.ts'
export type { StorageCost } from './storage-cost.ts'
export type { StoredExemplar } from './head/exemplar-ring.ts'
export type { BackfillSamples, BackfillSeries } from './backfill.ts'
