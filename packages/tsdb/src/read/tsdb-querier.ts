// A consistent view of head and blocks. Tiles are read and checked in `select`, columns decoded when asked for.

import { assert, type Logger, messageOf } from '@pharos/base'
import type { Matcher } from '@pharos/model'
import type { TileFile } from '../block/tile-file.ts'
import type { LabelList, Querier, SelectHints, Selection } from '../querier.ts'
import { maskedPart, Masks, unmasked } from './mask.ts'
import { cachedPart, openPart, type Part } from './part.ts'
import { SelectionBuilder } from './selection-builder.ts'
import { filesOf, type SnapshotGroup, type SnapshotTile } from './snapshot.ts'
import type { ReadCache } from './read-cache.ts'

/** Warnings beyond these say nothing new. */
const MAX_WARNINGS = 10

export class TsdbQuerier implements Querier {
  readonly #groups: readonly SnapshotGroup[]
  readonly #files: ReadonlySet<TileFile>
  readonly #cache: ReadCache
  readonly #log: Logger
  readonly #leave: () => void
  readonly #unread: readonly string[]
  readonly #minMs: number
  readonly #maxMs: number
  readonly #written: Promise<void> | undefined
  readonly #masks = new Masks()
  #isClosed = false

  /**
   * Holds the files of `groups` until it is closed.
   * @param leave    called when it is closed
   * @param unread   warnings that every answer carries
   * @param written  no answer comes before it resolves
   */
  constructor(
    groups: readonly SnapshotGroup[],
    minMs: number,
    maxMs: number,
    cache: ReadCache,
    log: Logger,
    leave: () => void,
    unread: readonly string[] = [],
    written?: Promise<void>,
  ) {
    this.#groups = groups
    this.#minMs = minMs
    this.#maxMs = maxMs
    this.#cache = cache
    this.#log = log
    this.#leave = leave
    this.#unread = unread
    this.#written = written
    this.#files = filesOf(groups)
    for (const file of this.#files) file.acquire()
  }

  async select(matchers: readonly Matcher[], hints: SelectHints): Promise<Selection> {
    await this.#written
    assert(!this.#isClosed, 'select on a closed querier')
    const startMs = Math.max(hints.startMs, this.#minMs)
    const endMs = Math.min(hints.endMs, this.#maxMs)
    const builder = new SelectionBuilder()
    const warnings: string[] = [...this.#unread]
    this.#visit(matchers, startMs, endMs, (group, tile, columns) => {
      let part: Part | undefined
      if (hints.func !== 'series') {
        part = this.#part(group, tile, startMs, endMs, warnings)
        if (part === undefined) return
      }
      builder.add(group.name, group.key, tile.layout, columns, part)
    })
    return { groups: builder.groups(), warnings: shortened(warnings) }
  }

  async labelNames(matchers: readonly Matcher[], limit: number): Promise<LabelList> {
    await this.#written
    const own = new Set<ReadonlySet<string>>()
    const names = new Set<string>()
    this.#visit(matchers, this.#minMs, this.#maxMs, (group, { layout }, columns) => {
      const facts = this.#cache.facts(layout, columns)
      own.add(facts.names)
      const { flat } = group.key
      for (let i = 0; i < flat.length; i += 2) {
        if (!facts.removedByAll.has(flat[i]!)) names.add(flat[i]!)
      }
    })
    return labelList(this.#cache.unions.sorted([...own], names), limit, this.#unread)
  }

  async labelValues(name: string, matchers: readonly Matcher[], limit: number): Promise<LabelList> {
    await this.#written
    const own = new Set<ReadonlySet<string>>()
    const inherited = new Set<string>()
    this.#visit(matchers, this.#minMs, this.#maxMs, (group, { layout }, columns) => {
      const found = this.#cache.facts(layout, columns).valuesOf(name)
      own.add(found.values)
      if (!found.isInherited) return
      const value = group.key.get(name)
      if (value !== '') inherited.add(value)
    })
    const values = this.#cache.unions.sorted([...own], inherited)
    return labelList(values, limit, this.#unread)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const file of this.#files) file.release()
    this.#leave()
  }

  /** Calls for each tile in the range that has columns of matching series. */
  #visit(
    matchers: readonly Matcher[],
    startMs: number,
    endMs: number,
    found: (group: SnapshotGroup, tile: SnapshotTile, columns: Int32Array) => void,
  ): void {
    const selector = this.#cache.selectors.selector(matchers)
    for (const group of this.#groups) {
      const mask = selector.groupMask(group.key)
      for (const tile of group.tiles) {
        if (!isIn(tile, startMs, endMs)) continue
        const all = selector.columns(tile.layout, mask)
        const last = all.at(-1)
        if (last === undefined) continue
        let columns = all
        if ('file' in tile) {
          const { firstMs, lastMs } = tile
          const masks = this.#masks.of(tile, group.key)
          const fromMs = Math.max(startMs, firstMs)
          columns = unmasked(all, masks, fromMs, Math.min(endMs, lastMs))
        } else if (last >= tile.columnCount) {
          // The layout has grown since. Lists are ascending, so a look at the last one is enough.
          columns = this.#cache.firstColumns(all, tile.columnCount)
        }
        if (columns.length > 0) found(group, tile, columns)
      }
    }
  }

  #part(
    { key }: SnapshotGroup,
    tile: SnapshotTile,
    startMs: number,
    endMs: number,
    warnings: string[],
  ): Part | undefined {
    if ('tile' in tile) return openPart(tile.tile, tile.rowCount, startMs, endMs)
    try {
      const part = cachedPart(this.#cache.tiles.view(tile), startMs, endMs, this.#cache.columns)
      return part === undefined ? undefined : maskedPart(part, this.#masks.of(tile, key))
    } catch (error) {
      const warning = `samples from ${tile.firstMs} to ${tile.lastMs} are missing: ${messageOf(error)}`
      warnings.push(warning)
      this.#log.error('tile could not be read', { err: messageOf(error) })
      return undefined
    }
  }
}

function isIn(one: SnapshotTile, startMs: number, endMs: number): boolean {
  if ('tile' in one) {
    const { tile, rowCount } = one
    return tile.times[0]! <= endMs && tile.times[rowCount - 1]! >= startMs
  }
  return one.firstMs <= endMs && one.lastMs >= startMs
}

function labelList(sorted: readonly string[], limit: number, unread: readonly string[]): LabelList {
  const warnings = shortened(unread)
  if (limit <= 0 || sorted.length <= limit) return { values: sorted, warnings }
  return {
    values: sorted.slice(0, limit),
    warnings: [...warnings, 'results truncated due to limit'],
  }
}

function shortened(warnings: readonly string[]): readonly string[] {
  const distinct = [...new Set(warnings)]
  if (distinct.length <= MAX_WARNINGS) return distinct
  return [
    ...distinct.slice(0, MAX_WARNINGS),
    `and ${distinct.length - MAX_WARNINGS} more like these`,
  ]
}
