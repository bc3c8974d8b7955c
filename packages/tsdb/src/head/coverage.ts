// Which times of each group are in blocks and segments already. A row of the WAL is passed over when a tile covers it
// and not merely because a newer one is on disk: a power cut may leave the second of two tiles and not the first.

import type { Block } from '../block/block.ts'
import type { TileRef } from '../read/tile-ref.ts'

type Range = readonly [firstMs: number, lastMs: number]

export class Coverage {
  readonly #ranges = new Map<string, Range[]>()

  add(name: string, tiles: readonly TileRef[]): void {
    let ranges = this.#ranges.get(name)
    if (ranges === undefined) this.#ranges.set(name, (ranges = []))
    for (const { firstMs, lastMs } of tiles) ranges.push([firstMs, lastMs])
  }

  /** `[first, last, …]`, ascending, overlapping ranges as one; undefined for a group without tiles. */
  of(name: string): Float64Array | undefined {
    const ranges = this.#ranges.get(name)?.toSorted((a, b) => a[0] - b[0])
    if (ranges === undefined) return undefined
    const flat: number[] = []
    for (const [firstMs, lastMs] of ranges) {
      const end = flat.length - 1
      if (end > 0 && firstMs <= flat[end]!) flat[end] = Math.max(flat[end]!, lastMs)
      else flat.push(firstMs, lastMs)
    }
    return Float64Array.from(flat)
  }
}

/** Whether a time lies in one of the ranges that `Coverage.of` gave. */
export function isCovered(ranges: Float64Array | undefined, tMs: number): boolean {
  if (ranges === undefined) return false
  let low = 0
  let high = ranges.length / 2
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranges[2 * middle + 1]! < tMs) low = middle + 1
    else high = middle
  }
  return 2 * low < ranges.length && ranges[2 * low]! <= tMs
}

/** Rows that a block holds are not taken from the WAL or a writer again. */
export function noteBlocks(
  head: { readonly closedBefore: Map<string, number>; maxTimeMs: number },
  blocks: Iterable<Pick<Block, 'groups'>>,
): Coverage {
  const coverage = new Coverage()
  for (const { groups } of blocks) {
    for (const { name, tiles: all } of groups) {
      // What came late says nothing of what came in order around it.
      const tiles = all.filter(({ isLate }) => !isLate)
      coverage.add(name, tiles)
      for (const { lastMs } of tiles) {
        if (lastMs > (head.closedBefore.get(name) ?? -Infinity)) head.closedBefore.set(name, lastMs)
        if (lastMs > head.maxTimeMs) head.maxTimeMs = lastMs
      }
    }
  }
  return coverage
}
