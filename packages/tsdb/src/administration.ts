// What an operator asks of a store that runs: hide series, take that back, make it final, and copy all of it.

import {
  type Clock,
  type Disk,
  type Logger,
  OutsideError,
  type Pace,
  type Random,
} from '@pharos/base'
import type { Labels, Matcher } from '@pharos/model'
import type { Block } from './block/block.ts'
import { type BlockStore, fileName } from './block/block-store.ts'
import type { TileFile } from './block/tile-file.ts'
import { Selector } from './catalog/selector.ts'
import { makeDurableDirectory } from './durable-directory.ts'
import type { Head } from './head/head.ts'
import type { Segments } from './head/segments.ts'
import type { Maintenance } from './maintenance.ts'
import { readTile } from './read/tile-cache.ts'
import { type TileRef, tilesAtRest } from './read/tile-ref.ts'
import { isWalName, walName } from './open-wal.ts'
import type { Wal } from './wal/wal.ts'
import { selectorText, type Tombstone, tombstoneBytes, type Tombstones } from './tombstones.ts'

interface AdministrationContext {
  readonly path: string
  readonly clock: Clock
  readonly disk: Disk
  readonly random: Random
  readonly log: Logger
  readonly head: Head
  readonly wal: Wal
  readonly segments: Segments
  readonly blocks: BlockStore
  readonly tombstones: Tombstones
  readonly maintenance: Maintenance
  readonly pace: Pace
}

type MatcherSets = readonly (readonly Matcher[])[]

export class Administration {
  readonly #context: AdministrationContext

  constructor(context: AdministrationContext) {
    this.#context = context
  }

  /** Tells every file which deletions concern it. */
  attach(): void {
    const { segments, blocks, tombstones } = this.#context
    for (const file of [...segments.files, ...blocks.blocks.map((block) => block.file)]) {
      file.tombstones = tombstones.of(fileName(file.path))
    }
  }

  deleteSeries(matcherSets: MatcherSets, fromMs: number, toMs: number): Promise<void> {
    const { maintenance, tombstones, blocks, log } = this.#context
    return maintenance.exclusive(async () => {
      await blocks.removeOrphans()
      const walNames = await this.#sealMatching(matcherSets, fromMs, toMs)
      const strays = await this.#strays()
      const added: Tombstone[] = []
      for (const matchers of matcherSets) {
        const files = await this.#filesWith(matchers, fromMs, toMs)
        if (files.size === 0) continue
        for (const name of walNames) files.add(name)
        for (const name of strays) files.add(name)
        added.push({ matchers, fromMs, toMs, files })
      }
      if (added.length === 0) return
      await tombstones.replace(joined(tombstones.all, added))
      this.attach()
      for (const { matchers, files } of added) {
        log.info('series deleted', {
          selector: selectorText(matchers),
          fromMs,
          toMs,
          files: files.size,
        })
      }
    })
  }

  undeleteSeries(matcherSets: MatcherSets): Promise<number> {
    const { maintenance, tombstones, blocks } = this.#context
    return maintenance.exclusive(async () => {
      // A block that was written without the hidden samples and given up must not replace the files that have them.
      await blocks.removeOrphans()
      const wanted = new Set(matcherSets.map(selectorText))
      const { all } = tombstones
      // What only WAL files still hold was made final: it must not come back at the next start.
      const left = all.filter(
        ({ matchers, files }) =>
          !wanted.has(selectorText(matchers)) || [...files].every((name) => isWalName(name)),
      )
      if (left.length === all.length) return 0
      await tombstones.replace(left)
      this.attach()
      return all.length - left.length
    })
  }

  cleanTombstones(): Promise<void> {
    const { maintenance, segments, blocks } = this.#context
    return maintenance.exclusive(async () => {
      const windows = new Set<number>()
      for (const windowMs of segments.windows) {
        if (segments.filesOf(windowMs).some(isTouched)) windows.add(windowMs)
      }
      if (windows.size > 0) {
        // A block must not span rows that only the WAL has: replay would take them for stored.
        await segments.seal()
      }
      for (const windowMs of windows) await maintenance.cutBlock(windowMs)
      for (const block of blocks.blocks) {
        if (!isTouched(block.file)) continue
        const written = await blocks.rewrite(block)
        blocks.replace([block], written.block)
        await blocks.removeReplaced(block.file, written.damaged)
      }
      await maintenance.forgetFiles()
    })
  }

  repair(): Promise<readonly string[]> {
    const { maintenance, head, segments, blocks } = this.#context
    return maintenance.exclusive(async () => {
      const repaired: string[] = []
      const damagedFiles = new Set<TileFile>()
      for (const { sealed } of head.groups) {
        for (const ref of sealed) if (!(await this.#isReadable(ref))) damagedFiles.add(ref.file)
      }
      for (const windowMs of segments.windows) {
        const damaged = segments.filesOf(windowMs).filter((file) => damagedFiles.has(file))
        if (damaged.length === 0) continue
        // A block must not span rows that only the WAL has: replay would take them for stored.
        for (const group of head.groups) head.closeTile(group)
        await segments.seal()
        await maintenance.cutBlock(windowMs)
        repaired.push(...damaged.map(({ path }) => fileName(path)))
      }
      for (const block of blocks.blocks) {
        if (await this.#isWhole(block)) continue
        const written = await blocks.rewrite(block)
        blocks.replace([block], written.block)
        await blocks.removeReplaced(block.file, written.damaged)
        repaired.push(fileName(block.path))
      }
      await maintenance.forgetFiles()
      return repaired
    })
  }

  snapshot(skipHead: boolean): Promise<string> {
    const { maintenance, head, segments, disk, path } = this.#context
    return maintenance.exclusive(async () => {
      const folder = `${path}/snapshots`
      await makeDurableDirectory(disk, folder)
      for (const name of await disk.list(folder)) {
        if (name.endsWith('.tmp')) await disk.removeTree(`${folder}/${name}`)
      }
      if (!skipHead) {
        for (const group of head.groups) {
          head.closeTile(group)
          head.closeLate(group)
        }
        await segments.seal()
        // A link is the same file: nothing may be appended to it any more.
        segments.endFiles()
      }
      const name = this.#snapshotName()
      const unfinished = `${folder}/${name}.tmp`
      try {
        await this.#link(unfinished, skipHead)
        await disk.rename(unfinished, `${folder}/${name}`)
        await disk.syncDirectory(folder)
      } catch (error) {
        await disk.removeTree(unfinished)
        throw error
      }
      return name
    })
  }

  async #link(to: string, skipHead: boolean): Promise<void> {
    const { disk, segments, blocks, tombstones } = this.#context
    for (const folder of ['blocks', 'head', 'wal'])
      await makeDurableDirectory(disk, `${to}/${folder}`)
    for (const { path } of blocks.blocks) await disk.link(path, `${to}/blocks/${fileName(path)}`)
    if (!skipHead) {
      for (const { path } of segments.files) await disk.link(path, `${to}/head/${fileName(path)}`)
    }
    if (tombstones.all.length > 0) {
      await disk.writeFileAtomic(`${to}/tombstones`, tombstoneBytes(tombstones.all))
    }
    for (const folder of ['blocks', 'head']) await disk.syncDirectory(`${to}/${folder}`)
    await disk.syncDirectory(to)
  }

  /** The reference's form: 20060102T150405Z-0123456789abcdef. */
  #snapshotName(): string {
    const { clock, random } = this.#context
    const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '')
    return `${time}-${Buffer.from(random.bytes(8)).toString('hex')}`
  }

  /**
   * Rows that are to be hidden must be in files, and nothing may come into these files later.
   * @returns names of the WAL files that may hold such rows too
   */
  async #sealMatching(matcherSets: MatcherSets, fromMs: number, toMs: number): Promise<string[]> {
    const { head, segments, wal, disk, path, pace } = this.#context
    const selectors = matcherSets.map((matchers) => new Selector(matchers))
    // What they find is kept: the look that counts, below, is at one moment and a short one.
    for (const { layout, key } of head.groups) {
      if (pace.isDue) await pace.rest()
      if (layout === undefined) continue
      for (const selector of selectors) selector.columns(layout, selector.groupMask(key))
    }
    const last = wal.sequence
    wal.rotate()
    for (const group of head.groups) {
      const { open, late, layout, key } = group
      const isInRange = [open, late].some(
        (tile) => tile !== undefined && tile.firstMs <= toMs && tile.lastMs >= fromMs,
      )
      if (layout === undefined || !isInRange) continue
      const isHit = selectors.some(
        (selector) => selector.columns(layout, selector.groupMask(key)).length > 0,
      )
      if (!isHit) continue
      head.closeTile(group)
      head.closeLate(group)
    }
    await segments.seal()
    segments.endFiles()
    const names = (await disk.list(`${path}/wal`)).filter(
      (name) => isWalName(name) && Number(name) <= last,
    )
    return [...new Set([...names, walName(last)])]
  }

  /** Files that were replaced but could not be removed: a later start may read them again. */
  async #strays(): Promise<string[]> {
    const { segments, blocks, disk, path } = this.#context
    const names = [...(await disk.list(`${path}/head`)), ...(await disk.list(`${path}/blocks`))]
    const known = new Set<string>()
    for (const file of segments.files) known.add(fileName(file.path))
    for (const block of blocks.blocks) known.add(fileName(block.path))
    return names.filter((name) => !known.has(name) && !name.endsWith('.tmp'))
  }

  /** Every segment, because a tile may stand in two of them after a disk failed; of the blocks those with samples. */
  async #filesWith(
    matchers: readonly Matcher[],
    fromMs: number,
    toMs: number,
  ): Promise<Set<string>> {
    const { head, segments, blocks, pace } = this.#context
    const selector = new Selector(matchers)
    const isHit = (key: Labels, tiles: readonly TileRef[]): boolean => {
      const mask = selector.groupMask(key)
      return tiles.some(
        ({ firstMs, lastMs, layout }) =>
          firstMs <= toMs && lastMs >= fromMs && selector.columns(layout, mask).length > 0,
      )
    }
    const files = new Set<string>()
    for (const { key, sealed } of head.groups) {
      if (pace.isDue) await pace.rest()
      if (!isHit(key, sealed)) continue
      for (const { path } of segments.files) files.add(fileName(path))
      break
    }
    for (const path of blocks.unread) files.add(fileName(path))
    for (const block of blocks.blocks) {
      for (const { key, tiles } of block.groups) {
        if (pace.isDue) await pace.rest()
        if (!isHit(key, tiles)) continue
        files.add(fileName(block.path))
        break
      }
    }
    return files
  }

  async #isWhole({ groups }: Block): Promise<boolean> {
    for (const { tiles } of groups) {
      for (const ref of tilesAtRest(tiles)) if (!(await this.#isReadable(ref))) return false
    }
    return true
  }

  async #isReadable(ref: TileRef): Promise<boolean> {
    const { pace } = this.#context
    if (pace.isDue) await pace.rest()
    try {
      readTile(ref)
      return true
    } catch (error) {
      if (error instanceof OutsideError) return false
      throw error
    }
  }
}

/** A deletion of the same series from the same time on, but further, takes the place of the one before it. */
function joined(all: readonly Tombstone[], added: readonly Tombstone[]): Tombstone[] {
  const left = [...all]
  for (const one of added) {
    const text = selectorText(one.matchers)
    const at = left.findIndex(
      ({ matchers, fromMs, toMs }) =>
        fromMs === one.fromMs && toMs <= one.toMs && selectorText(matchers) === text,
    )
    if (at < 0) left.push(one)
    else left[at] = { ...one, files: new Set([...left[at]!.files, ...one.files]) }
  }
  return left
}

function isTouched({ tombstones }: { readonly tombstones: readonly Tombstone[] }): boolean {
  return tombstones.length > 0
}
