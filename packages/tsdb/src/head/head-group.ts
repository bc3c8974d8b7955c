// One group of the head: its columns, its open tile and the tiles sealed since the last block.

import type { Labels } from '@pharos/model'
import type { GroupKind } from '../appender.ts'
import type { Layout } from '../catalog/layout.ts'
import type { TileRef } from '../read/tile-ref.ts'
import { emptyKeyframe, type Keyframe } from '../wal/row-record.ts'
import type { OpenTile } from './open-tile.ts'

export interface HeadGroup {
  /** Equal for one group in head and blocks. */
  readonly name: string
  readonly key: Labels
  readonly kind: GroupKind
  /** Undefined before the first column. */
  layout: Layout | undefined
  columnCount: number
  open: OpenTile | undefined
  /** Samples that came too late for `open`, in any order. */
  late: OpenTile | undefined
  /** Time of the newest sample by column, NaN where it was not looked for; kept only when late samples came. */
  newest: Float64Array | undefined
  /** Full tiles that are not on disk yet, oldest first. Replaced, never changed. */
  waiting: readonly OpenTile[]
  /** Tiles in segments, oldest first. Replaced, never changed. */
  sealed: readonly TileRef[]
  /** Time of the newest row; −Infinity before the first. */
  lastMs: number
  /** Rows up to here are in tiles that take no more cells. */
  closedMs: number
  /** While replaying: `[first, last, first, last, …]` of the tiles that other files have, ascending. */
  covered: Float64Array | undefined
  /** While replaying: rows older than others that are on disk, which no file has all the same. */
  gaps: OpenTile | undefined
  readonly keyframe: Keyframe
  /** Rows after which the open tile is full. */
  tileRows: number
  /** Handles given out and not released. */
  handleCount: number
}

export function groupName(key: Labels, kind: GroupKind): string {
  return `${kind} ${key.key}`
}

export function headGroup(
  key: Labels,
  kind: GroupKind,
  closedMs: number,
  tileRows: number,
): HeadGroup {
  return {
    name: groupName(key, kind),
    key,
    kind,
    layout: undefined,
    columnCount: 0,
    open: undefined,
    late: undefined,
    newest: undefined,
    waiting: [],
    sealed: [],
    lastMs: closedMs,
    closedMs,
    covered: undefined,
    gaps: undefined,
    keyframe: emptyKeyframe(),
    tileRows,
    handleCount: 0,
  }
}
