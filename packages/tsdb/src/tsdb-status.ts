/** Plain counters that `server` turns into metrics and `/api/v1/status/tsdb` shows. */
export interface TsdbStats {
  appendedSamples: number
  outOfOrderSamples: number
  /** Taken although they came after newer ones of their series. */
  lateSamples: number
  /** Refused because they came after newer ones and outside the out-of-order window. */
  tooOldSamples: number
  duplicateSamples: number
  outOfBoundSamples: number
  headSeries: number
  seriesCreated: number
  seriesRemoved: number
  /** Series that the budget or a limit on labels refused, each time that they were asked for. */
  seriesRefused: number
  /** Label sets in memory, of the head and of all blocks, to the last round of upkeep. */
  labelSets: number
  walRecords: number
  walBytes: number
  walCorruptions: number
  walTruncatedBytes: number
  /** What the log and the segments of the head take on disk now, to the last round of upkeep. */
  walStorageBytes: number
  segmentBytes: number
  /** Tiles of the head, in memory and in segments, to the last round of upkeep. */
  headTiles: number
  /** Oldest sample of the head, ms, to the last round of upkeep; Infinity when there is none. */
  headMinTimeMs: number
  compactions: number
  /** Of compactions, and of blocks that were to be thinned out. */
  compactionsFailed: number
  /** Blocks that were thinned out. */
  downsamplings: number
  blocksLoaded: number
  blockBytes: number
  retentionDeletedBlocks: number
  /** Whole passes of the scrubber, when the last one ended (ms; 0: none yet), and what it read. */
  scrubPasses: number
  scrubPassedMs: number
  scrubBytes: number
  /** Damaged tiles that are known. */
  scrubDamages: number
  isReadOnly: boolean
  /** The process takes about as much memory as it may: new series are refused, the others go on. */
  isMemoryShort: boolean
}

export interface NameCount {
  readonly name: string
  readonly value: number
}

/** The tables of /api/v1/status/tsdb. */
export interface Cardinality {
  readonly numSeries: number
  readonly numLabelPairs: number
  readonly chunkCount: number
  readonly minTimeMs: number
  readonly maxTimeMs: number
  readonly seriesCountByMetricName: readonly NameCount[]
  readonly labelValueCountByLabelName: readonly NameCount[]
  readonly memoryInBytesByLabelName: readonly NameCount[]
  readonly seriesCountByLabelValuePair: readonly NameCount[]
}

export interface BlockInfo {
  readonly ulid: string
  readonly minTimeMs: number
  readonly maxTimeMs: number
  readonly numSamples: number
  readonly numSeries: number
  readonly numTiles: number
  readonly bytes: number
  readonly level: number
  /** What its samples were thinned out to, 0 where all are there. */
  readonly stepMs: number
}

/** How far the start has come; numbers of WAL files. */
export interface ReplayStatus {
  readonly current: number
  readonly last: number
  readonly isDone: boolean
}

export function emptyStats(): TsdbStats {
  return {
    appendedSamples: 0,
    outOfOrderSamples: 0,
    lateSamples: 0,
    tooOldSamples: 0,
    duplicateSamples: 0,
    outOfBoundSamples: 0,
    headSeries: 0,
    seriesCreated: 0,
    seriesRemoved: 0,
    seriesRefused: 0,
    labelSets: 0,
    walRecords: 0,
    walBytes: 0,
    walCorruptions: 0,
    walTruncatedBytes: 0,
    walStorageBytes: 0,
    segmentBytes: 0,
    headTiles: 0,
    headMinTimeMs: Infinity,
    compactions: 0,
    compactionsFailed: 0,
    downsamplings: 0,
    blocksLoaded: 0,
    blockBytes: 0,
    retentionDeletedBlocks: 0,
    scrubPasses: 0,
    scrubPassedMs: 0,
    scrubBytes: 0,
    scrubDamages: 0,
    isReadOnly: false,
    isMemoryShort: false,
  }
}
