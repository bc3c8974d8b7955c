// Reads everything that is at rest again and again, slowly, and compares every checksum: damage is known before somebody
// needs what it hit, and while another copy may still be had.

import { type Clock, type Logger, messageOf, OutsideError } from '@pharos/base'
import type { BlockStore } from './block/block-store.ts'
import type { TileFile } from './block/tile-file.ts'
import type { Head } from './head/head.ts'
import { SCRUB_PAUSE_MS, SCRUB_REST_MS, SCRUB_SLICE_BYTES } from './limits.ts'
import { readTile } from './read/tile-cache.ts'
import { type TileRef, tilesAtRest } from './read/tile-ref.ts'
import type { TsdbStats } from './tsdb-status.ts'

interface ScrubberContext {
  readonly clock: Clock
  readonly log: Logger
  readonly stats: TsdbStats
  readonly head: Head
  readonly blocks: BlockStore
}

export class Scrubber {
  readonly #context: ScrubberContext
  /** Places that were found damaged; each is told once. */
  #damaged = new Set<string>()

  constructor(context: ScrubberContext) {
    this.#context = context
  }

  /** Goes over all files again and again until it is told to stop. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#pause(SCRUB_REST_MS, signal)
      await this.pass(signal)
    }
  }

  /** Goes over all files once. */
  async pass(signal: AbortSignal): Promise<void> {
    const { stats, blocks, head } = this.#context
    const found = new Set<string>()
    let sliceBytes = 0
    for (const [file, tiles] of filesOf(blocks, head)) {
      // Held, so that it can be read to its end when it is replaced meanwhile.
      file.acquire()
      try {
        for (const ref of tiles) {
          if (signal.aborted) return
          this.#read(ref, found)
          sliceBytes += ref.length
          if (sliceBytes < SCRUB_SLICE_BYTES) continue
          sliceBytes = 0
          await this.#pause(SCRUB_PAUSE_MS, signal)
        }
      } finally {
        file.release()
      }
    }
    // What was repaired or is gone does not count any more.
    this.#damaged = found
    stats.scrubDamages = found.size
    stats.scrubPasses++
    stats.scrubPassedMs = this.#context.clock.now()
  }

  #read(ref: TileRef, found: Set<string>): void {
    const { stats, log } = this.#context
    stats.scrubBytes += ref.length
    try {
      readTile(ref)
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      const place = `${ref.file.path} ${ref.offset}`
      found.add(place)
      if (this.#damaged.has(place)) return
      this.#damaged.add(place)
      stats.scrubDamages = this.#damaged.size
      log.error(
        'damage found; queries that need these samples say so. `pharos tsdb repair` sets it aside',
        {
          err: messageOf(error),
          fromMs: ref.firstMs,
          toMs: ref.lastMs,
        },
      )
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return this.#context.clock.sleep(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}

/** Tiles at rest, file by file. */
function filesOf(blocks: BlockStore, head: Head): Map<TileFile, TileRef[]> {
  const files = new Map<TileFile, TileRef[]>()
  const add = (tiles: readonly TileRef[]): void => {
    for (const ref of tilesAtRest(tiles)) {
      const known = files.get(ref.file)
      if (known === undefined) files.set(ref.file, [ref])
      else known.push(ref)
    }
  }
  for (const block of blocks.blocks) for (const { tiles } of block.groups) add(tiles)
  for (const { sealed } of head.groups) add(sealed)
  return files
}
