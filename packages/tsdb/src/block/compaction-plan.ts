// Which blocks to join and which to drop. Plain functions of the blocks' metas.

import type { DownsamplingTier } from '../tsdb-options.ts'
import type { Block } from './block.ts'
import { stepOf } from './block-format.ts'

/** Three neighbours of one level become one of the next. */
const FAN = 3

/**
 * The next blocks to join, oldest range first: all that lie in one aligned range of 2 h, 6 h, 18 h, … which is
 * over, and are thinned out alike. Undefined when there is nothing to do.
 */
export function planCompaction(
  blocks: readonly Block[],
  minBlockMs: number,
  maxBlockMs: number,
): readonly Block[] | undefined {
  const newestMs = blocks.reduce((newest, { meta }) => Math.max(newest, meta.maxTime), -Infinity)
  for (const stepMs of new Set(blocks.map(({ meta }) => stepOf(meta)))) {
    const alike = blocks.filter(({ meta }) => stepOf(meta) === stepMs)
    const together = neighboursAmong(alike, minBlockMs, maxBlockMs, newestMs)
    if (together !== undefined) return together
  }
  return undefined
}

function neighboursAmong(
  blocks: readonly Block[],
  minBlockMs: number,
  maxBlockMs: number,
  newestMs: number,
): readonly Block[] | undefined {
  for (let rangeMs = minBlockMs; rangeMs <= maxBlockMs; rangeMs *= FAN) {
    const byRange = new Map<number, Block[]>()
    for (const block of blocks) {
      const range = Math.floor(block.meta.minTime / rangeMs)
      // A block that reaches into the next range by a tile still belongs where it begins.
      if (block.meta.maxTime - block.meta.minTime > rangeMs + minBlockMs) continue
      const others = byRange.get(range)
      if (others === undefined) byRange.set(range, [block])
      else others.push(block)
    }
    for (const range of [...byRange.keys()].sort((a, b) => a - b)) {
      const together = byRange.get(range)!
      if (together.length > 1 && (range + 1) * rangeMs <= newestMs + minBlockMs / 2) return together
    }
  }
  return undefined
}

/** The next block to thin out, and to what. Undefined when there is nothing to do. */
export function planDownsampling(
  blocks: readonly Block[],
  tiers: readonly DownsamplingTier[],
  newestMs: number,
): { readonly block: Block; readonly stepMs: number } | undefined {
  for (const block of blocks) {
    const { meta } = block
    const tier = tiers.findLast(({ afterMs }) => meta.maxTime <= newestMs - afterMs)
    if (tier !== undefined && tier.stepMs > stepOf(meta)) return { block, stepMs: tier.stepMs }
  }
  return undefined
}

/** Blocks that are wholly older than the retention, counted from the newest sample and never from a clock ahead of it. */
export function expiredByTime(
  blocks: readonly Block[],
  retentionMs: number,
  newestMs: number,
): readonly Block[] {
  if (retentionMs <= 0) return []
  return blocks.filter(({ meta }) => meta.maxTime <= newestMs - retentionMs)
}

/** The oldest blocks, as many as must go so that the rest fits. */
export function expiredBySize(
  blocks: readonly Block[],
  retentionBytes: number,
  otherBytes: number,
): readonly Block[] {
  if (retentionBytes <= 0) return []
  let bytes = otherBytes + blocks.reduce((sum, block) => sum + block.bytes, 0)
  const oldestFirst = blocks.toSorted((a, b) => a.meta.maxTime - b.meta.maxTime)
  const expired: Block[] = []
  for (const block of oldestFirst) {
    if (bytes <= retentionBytes) break
    expired.push(block)
    bytes -= block.bytes
  }
  return expired
}
