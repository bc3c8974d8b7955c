// Deletions at read time: the cells of a tile that must not be seen.

import { ABSENT, type Labels, type NativeHistogram } from '@pharos/model'
import { Selector } from '../catalog/selector.ts'
import type { Tombstone } from '../tombstones.ts'
import type { Part } from './part.ts'
import type { TileRef } from './tile-ref.ts'

export interface Mask {
  readonly columns: ReadonlySet<number>
  /** Both inclusive, ms. */
  readonly fromMs: number
  readonly toMs: number
}

const NONE: readonly Mask[] = []

/** Works masks out, for one reader: what a deletion selects of a layout is decided once. */
export class Masks {
  readonly #selectors = new Map<Tombstone, Selector>()
  readonly #sets = new Map<Int32Array, ReadonlySet<number>>()

  of(ref: TileRef, groupKey: Labels): readonly Mask[] {
    const { tombstones } = ref.file
    if (tombstones.length === 0) return NONE
    const masks: Mask[] = []
    for (const tombstone of tombstones) {
      const { fromMs, toMs, matchers } = tombstone
      if (fromMs > ref.lastMs || toMs < ref.firstMs) continue
      let selector = this.#selectors.get(tombstone)
      if (selector === undefined) {
        this.#selectors.set(tombstone, (selector = new Selector(matchers)))
      }
      const found = selector.columns(ref.layout, selector.groupMask(groupKey))
      if (found.length === 0) continue
      let columns = this.#sets.get(found)
      if (columns === undefined) this.#sets.set(found, (columns = new Set(found)))
      masks.push({ columns, fromMs, toMs })
    }
    return masks
  }
}

/** Columns of which something is left in [fromMs, toMs]. */
export function unmasked(
  columns: Int32Array,
  masks: readonly Mask[],
  fromMs: number,
  toMs: number,
): Int32Array {
  const whole = masks.filter((mask) => mask.fromMs <= fromMs && mask.toMs >= toMs)
  if (whole.length === 0) return columns
  return columns.filter((column) => !whole.some((mask) => mask.columns.has(column)))
}

/** The same rows without the cells under a mask. */
export function maskedPart(part: Part, masks: readonly Mask[]): Part {
  if (masks.length === 0) return part
  const { times } = part
  const hide: Hide = (column, hideRow) => {
    for (const { columns, fromMs, toMs } of masks) {
      if (!columns.has(column)) continue
      for (let row = 0; row < times.length; row++) {
        if (times[row]! >= fromMs && times[row]! <= toMs) hideRow(row)
      }
    }
  }
  const { downsampled } = part
  return {
    times,
    isLate: part.isLate,
    readValues(column, out, at) {
      part.readValues(column, out, at)
      hide(column, (row) => (out[at + row] = ABSENT))
      return true
    },
    hasHistograms: (column) => part.hasHistograms(column),
    readHistograms(column, out: (NativeHistogram | undefined)[], at) {
      part.readHistograms(column, out, at)
      hide(column, (row) => (out[at + row] = undefined))
    },
    ...(downsampled === undefined ? {} : { downsampled: maskedCounts(downsampled, hide) }),
  }
}

/** Calls for each row of a column that must not be seen. */
type Hide = (column: number, hideRow: (row: number) => void) => void

function maskedCounts(downsampled: Part['downsampled'] & {}, hide: Hide): Part['downsampled'] & {} {
  const masked = (read: typeof downsampled.readCounts): typeof read =>
    read === undefined
      ? undefined
      : (column, out, at) => {
          read(column, out, at)
          hide(column, (row) => (out[at + row] = 0))
        }
  return {
    ...downsampled,
    readCounts: masked(downsampled.readCounts),
    readLost: masked(downsampled.readLost),
  }
}
