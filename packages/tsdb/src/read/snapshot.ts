// What a querier sees: every tile that existed when it was made, and of open tiles the rows they had then. Small queries
// make one for each request and look at one group of thousands, so lists are shared and nothing is made for a sealed tile.

import type { Labels } from '@pharos/model'
import type { Layout } from '../catalog/layout.ts'
import type { TileFile } from '../block/tile-file.ts'
import type { Head } from '../head/head.ts'
import type { HeadGroup } from '../head/head-group.ts'
import type { OpenTile } from '../head/open-tile.ts'
import type { TileRef } from './tile-ref.ts'

export interface OpenSnapshot {
  readonly layout: Layout
  readonly tile: OpenTile
  /** Rows and columns from here on are newer than the snapshot. */
  readonly rowCount: number
  readonly columnCount: number
}

/** A group of the head, of a block, or of a segment. */
export interface SnapshotGroup {
  /** Equal for one group in head and blocks. */
  readonly name: string
  readonly key: Labels
  /** Sealed ones, of whatever time. Lists are replaced, never changed. */
  readonly tiles: readonly TileRef[]
  /** With rows in the time that was asked for. */
  readonly open?: readonly OpenSnapshot[]
}

const NO_OPEN: readonly OpenSnapshot[] = []

/** Groups of the head that may have rows in [minMs, maxMs]. Open tiles in it are copied before a row of theirs changes. */
export function headSnapshot(head: Head, minMs: number, maxMs: number): SnapshotGroup[] {
  const groups: SnapshotGroup[] = []
  for (const group of head.groups) {
    const open = openTiles(group, minMs, maxMs)
    const { name, key, sealed } = group
    if (open.length > 0 || sealed.length > 0) groups.push({ name, key, tiles: sealed, open })
  }
  return groups
}

function openTiles(group: HeadGroup, minMs: number, maxMs: number): readonly OpenSnapshot[] {
  const { waiting, open, late } = group
  let found = NO_OPEN
  for (const tile of waiting) found = withOpen(found, group, tile, minMs, maxMs)
  if (open !== undefined) found = withOpen(found, group, open, minMs, maxMs)
  return late === undefined ? found : withOpen(found, group, late, minMs, maxMs)
}

function withOpen(
  found: readonly OpenSnapshot[],
  group: HeadGroup,
  tile: OpenTile,
  minMs: number,
  maxMs: number,
): readonly OpenSnapshot[] {
  const layout = tile.layout ?? group.layout
  if (layout === undefined || tile.rowCount === 0) return found
  if (tile.firstMs > maxMs || tile.lastMs < minMs) return found
  tile.isCaptured = true
  // A closed tile takes no columns any more, an open one may use all that the group has now.
  const columnCount = tile.layout === undefined ? group.columnCount : tile.columnCount
  const one = { layout, tile, rowCount: tile.rowCount, columnCount }
  return found === NO_OPEN ? [one] : [...found, one]
}

export function filesOf(groups: Iterable<SnapshotGroup>): Set<TileFile> {
  const files = new Set<TileFile>()
  let last: TileFile | undefined
  for (const { tiles } of groups) {
    for (const { file } of tiles) {
      if (file === last) continue
      files.add(file)
      last = file
    }
  }
  return files
}
