// A consistent view of head and blocks. Tiles are read and checked in `select`, columns decoded when asked for.

import { assert, type Logger, messageOf, type Task } from '@pharos/base'
import type { Matcher } from '@pharos/model'
import type { Layout } from '../catalog/layout.ts'
import type { TileFile } from '../block/tile-file.ts'
import type { LabelList, Querier, SelectHints, Selection, WantedAggregate } from '../querier.ts'
import { type StorageCost, storageCost, type TileShare } from '../storage-cost.ts'
import { aggregatePart, risePart } from './downsampled-part.ts'
import { maskedPart, Masks, unmasked } from './mask.ts'
import { cachedPart, openPart, type Part } from './part.ts'
import { SelectionBuilder } from './selection-builder.ts'
import { filesOf, type OpenSnapshot, type SnapshotGroup } from './snapshot.ts'
import type { TileRef } from './tile-ref.ts'
import type { ReadCache } from './read-cache.ts'
import { StepAggregates } from './step-aggregates.ts'
import { Aggregate } from '../tile/tile-format.ts'

/** Warnings beyond these say nothing new. */
const MAX_WARNINGS = 10

/** A sealed tile stands for itself: queries see hundreds of them. */
type FoundTile = TileRef | OpenSnapshot

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
    const { aggregate } = hints
    this.#visit(matchers, startMs, endMs, aggregate, (group, tile, columns) => {
      let part: Part | undefined
      if (hints.func !== 'series') {
        part = this.#part(group, tile, startMs, endMs, aggregate, warnings)
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
    this.#visitLists(matchers, (group, { layout }, columns) => {
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
    this.#visitLists(matchers, (group, { layout }, columns) => {
      const found = this.#cache.facts(layout, columns).valuesOf(name)
      own.add(found.values)
      if (!found.isInherited) return
      const value = group.key.get(name)
      if (value !== '') inherited.add(value)
    })
    const values = this.#cache.unions.sorted([...own], inherited)
    return labelList(values, limit, this.#unread)
  }

  /**
   * What the series that satisfy all matchers take up.
   * @param newestMs  time of the store's newest sample
   * @throws OutsideError when a tile cannot be read
   */
  storageCost(matchers: readonly Matcher[], newestMs: number): Task<StorageCost> {
    const shares: TileShare[] = []
    this.#visit(matchers, this.#minMs, this.#maxMs, undefined, (group, tile, columns) => {
      shares.push({ group, tile, columns })
    })
    return storageCost(shares, newestMs)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const file of this.#files) file.release()
    this.#leave()
  }

  /** Calls for each list of columns of a group: one for all of its tiles nearly always. */
  #visitLists(
    matchers: readonly Matcher[],
    found: (group: SnapshotGroup, tile: FoundTile, columns: Int32Array) => void,
  ): void {
    let last: Int32Array | undefined
    let lastGroup: SnapshotGroup | undefined
    this.#visit(matchers, this.#minMs, this.#maxMs, undefined, (group, tile, columns) => {
      if (columns === last && group === lastGroup) return
      last = columns
      lastGroup = group
      found(group, tile, columns)
    })
  }

  /** Calls for each tile in the range that has columns of matching series. */
  #visit(
    matchers: readonly Matcher[],
    startMs: number,
    endMs: number,
    aggregate: WantedAggregate | undefined,
    found: (group: SnapshotGroup, tile: FoundTile, columns: Int32Array) => void,
  ): void {
    const selector = this.#cache.selectors.selector(matchers)
    // Tiles of a group have one layout nearly always, and groups of one kind share theirs.
    let layout: Layout | undefined
    let layoutMask = ''
    let all: Int32Array = NO_COLUMNS
    for (const group of this.#groups) {
      const mask = selector.groupMask(group.key)
      if (mask !== layoutMask) layout = undefined
      layoutMask = mask
      for (const tile of group.tiles) {
        const { firstMs, lastMs } = tile
        const wantedMs = startOf(tile, startMs, aggregate)
        if (firstMs > endMs || lastMs < wantedMs) continue
        if (tile.layout !== layout) all = selector.columns((layout = tile.layout), mask)
        if (all.length === 0) continue
        const masks = this.#masks.of(tile, group.key)
        const [fromMs, toMs] = [Math.max(wantedMs, firstMs), Math.min(endMs, lastMs)]
        const columns = masks.length === 0 ? all : unmasked(all, masks, fromMs, toMs)
        if (columns.length > 0) found(group, tile, columns)
      }
      if (group.open === undefined) continue
      for (const open of group.open) {
        if (!isIn(open, startMs, endMs)) continue
        if (open.layout !== layout) all = selector.columns((layout = open.layout), mask)
        if (all.length === 0) continue
        // The layout may have grown since. Lists are ascending, so a look at the last one is enough.
        const columns =
          all.at(-1)! < open.columnCount ? all : this.#cache.firstColumns(all, open.columnCount)
        if (columns.length > 0) found(group, open, columns)
      }
    }
  }

  #part(
    { key }: SnapshotGroup,
    tile: FoundTile,
    startMs: number,
    endMs: number,
    aggregate: WantedAggregate | undefined,
    warnings: string[],
  ): Part | undefined {
    if ('tile' in tile) return openPart(tile.tile, tile.rowCount, startMs, endMs)
    try {
      const part = this.#sealedPart(tile, startMs, endMs, aggregate)
      return part === undefined ? undefined : maskedPart(part, this.#masks.of(tile, key))
    } catch (error) {
      const warning = `samples from ${tile.firstMs} to ${tile.lastMs} are missing: ${messageOf(error)}`
      warnings.push(warning)
      this.#log.error('tile could not be read', { err: messageOf(error) })
      return undefined
    }
  }

  #sealedPart(
    tile: TileRef,
    startMs: number,
    endMs: number,
    aggregate: WantedAggregate | undefined,
  ): Part | undefined {
    const { tiles, columns } = this.#cache
    const view = tiles.view(tile)
    const fromMs = startOf(tile, startMs, aggregate)
    const { downsampled } = tile
    if (downsampled === undefined) return cachedPart(view, fromMs, endMs, columns)
    const { stepMs, aggregates } = downsampled
    const steps = (): StepAggregates =>
      new StepAggregates(view, tiles.view(aggregates), (of, column, out, at) =>
        columns.read(of, column, 0, of.times.length, out, out, at),
      )
    if (aggregate === 'min' || aggregate === 'max' || aggregate === 'sum')
      return aggregatePart(view, steps(), Aggregate[aggregate], stepMs, fromMs, endMs)
    const part = cachedPart(view, fromMs, endMs, columns)
    if (part === undefined) return undefined
    return aggregate === 'rise'
      ? risePart(part, steps(), stepMs)
      : { ...part, downsampled: { stepMs } }
  }
}

/** The latest sample before a time may be as old as a step. */
function startOf(
  { downsampled }: TileRef,
  startMs: number,
  aggregate: WantedAggregate | undefined,
): number {
  return aggregate === 'last' && downsampled !== undefined ? startMs - downsampled.stepMs : startMs
}

const NO_COLUMNS = new Int32Array(0)

function isIn({ tile, rowCount }: OpenSnapshot, startMs: number, endMs: number): boolean {
  return tile.times[0]! <= endMs && tile.times[rowCount - 1]! >= startMs
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
