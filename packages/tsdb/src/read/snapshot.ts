// What a querier sees: every tile that existed when it was made, and of open tiles the rows they had then.

import type { Labels } from '@pharos/model'
import type { Layout } from '../catalog/layout.ts'
import type { TileFile } from '../block/tile-file.ts'
import type { Head } from '../head/head.ts'
import type { HeadGroup } from '../head/head-group.ts'
import type { OpenTile } from '../head/open-tile.ts'
import type { TileRef } from './tile-ref.ts'

/** A sealed tile stands for itself: queries see hundreds of them, and an object for each is most of what small ones leave. */
export type SnapshotTile = TileRef | OpenSnapshot

interface OpenSnapshot {
  readonly layout: Layout
  readonly tile: OpenTile
  /** Rows and columns from here on are newer than the snapshot. */
  readonly rowCount: number
  readonly columnCount: number
}

export interface SnapshotGroup {
  /** Equal for one group in head and blocks. */
  readonly name: string
  readonly key: Labels
  readonly tiles: readonly SnapshotTile[]
}

/** A group of a block, or of a segment. */
interface StoredGroup {
  readonly name: string
  readonly key: Labels
  readonly tiles: readonly TileRef[]
}

/** Groups of the head with rows in [minMs, maxMs]. Open tiles in it are copied before a row of theirs changes. */
export function headSnapshot(head: Head, minMs: number, maxMs: number): SnapshotGroup[] {
  const groups: SnapshotGroup[] = []
  for (const group of head.groups) {
    const tiles: SnapshotTile[] = []
    for (const ref of group.sealed) if (overlaps(ref, minMs, maxMs)) tiles.push(ref)
    for (const tile of group.waiting) addOpen(group, tile, minMs, maxMs, tiles)
    addOpen(group, group.open, minMs, maxMs, tiles)
    addOpen(group, group.late, minMs, maxMs, tiles)
    if (tiles.length > 0) groups.push({ name: group.name, key: group.key, tiles })
  }
  return groups
}

function addOpen(
  group: HeadGroup,
  tile: OpenTile | undefined,
  minMs: number,
  maxMs: number,
  tiles: SnapshotTile[],
): void {
  const layout = tile?.layout ?? group.layout
  if (tile === undefined || layout === undefined) return
  if (tile.rowCount === 0 || !overlaps(tile, minMs, maxMs)) return
  tile.isCaptured = true
  // A closed tile takes no columns any more, an open one may use all that the group has now.
  const columnCount = tile.layout === undefined ? group.columnCount : tile.columnCount
  tiles.push({ layout, tile, rowCount: tile.rowCount, columnCount })
}

/** The same of a block. */
export function storedSnapshot(
  groups: Iterable<StoredGroup>,
  minMs: number,
  maxMs: number,
): SnapshotGroup[] {
  const found: SnapshotGroup[] = []
  for (const { name, key, tiles } of groups) {
    const wanted = tiles.filter((ref) => overlaps(ref, minMs, maxMs))
    if (wanted.length > 0) found.push({ name, key, tiles: wanted })
  }
  return found
}

export function filesOf(groups: Iterable<SnapshotGroup>): Set<TileFile> {
  const files = new Set<TileFile>()
  for (const { tiles } of groups) {
    for (const tile of tiles) if ('file' in tile) files.add(tile.file)
  }
  return files
}

function overlaps(
  tile: { readonly firstMs: number; readonly lastMs: number },
  minMs: number,
  maxMs: number,
): boolean {
  return tile.firstMs <= maxMs && tile.lastMs >= minMs
}
