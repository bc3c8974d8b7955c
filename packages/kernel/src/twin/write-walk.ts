// Twin of assembly/write-walk.ts, where the table is drawn.

import type { KernelMemory } from '../kernel-memory.ts'

const SLOTS = 0
const MASK = 1
const ENTRIES = 2
const LAST = 3
const SEED = 4
const OUT_ENTRIES = 5
const OUT_TIMES = 6
const OUT_VALUES = 7
const OUT_MAX = 8
const OUT_COUNT = 9

const LABEL = 0x0a
const SAMPLE = 0x12
const VALUE = 0x09
const TIME = 0x10
const K1 = 0x85ebca6b
const K2 = 0xc2b2ae35
const K3 = 0x27d4eb2f
const PROBES = 64

function isEqual(u8: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (u8[a + i] !== u8[b + i]) return false
  return true
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function hashOf({ u8, view }: KernelMemory, from: number, to: number, seed: number): number {
  let a = seed ^ (to - from)
  let b = ~seed
  let at = from
  for (; at + 8 <= to; at += 8) {
    a = rotated(Math.imul(a ^ view.getUint32(at, true), K1), 13)
    b = rotated(Math.imul(b ^ view.getUint32(at + 4, true), K2), 17)
  }
  for (; at < to; at++) a = rotated(Math.imul(a ^ u8[at]!, K3), 11)
  a ^= rotated(b, 7)
  a = Math.imul(a ^ (a >>> 16), K1)
  a = Math.imul(a ^ (a >>> 13), K2)
  return (a ^ (a >>> 16)) >>> 0
}

export function labelsFind(memory: KernelMemory, table: number, from: number, to: number): number {
  const { u8, u32, i32 } = memory
  const header = table >>> 2
  const mask = u32[header + MASK]!
  const hash = hashOf(memory, from, to, u32[header + SEED]!)
  let slot = (hash & mask) >>> 0
  for (let probe = 0; probe < PROBES; probe++) {
    const entry = i32[(u32[header + SLOTS]! >>> 2) + slot]!
    if (entry < 0) return -1
    const at = (u32[header + ENTRIES]! >>> 2) + 4 * entry
    if (u32[at] === hash && u32[at + 2] === to - from && isEqual(u8, from, u32[at + 1]!, to - from))
      return entry
    slot = ((slot + 1) & mask) >>> 0
  }
  return -1
}

export function labelsAdd(memory: KernelMemory, table: number, entry: number): number {
  const { u32, i32 } = memory
  const header = table >>> 2
  const mask = u32[header + MASK]!
  const at = (u32[header + ENTRIES]! >>> 2) + 4 * entry
  const from = u32[at + 1]!
  const hash = hashOf(memory, from, from + u32[at + 2]!, u32[header + SEED]!)
  u32[at] = hash
  let slot = (hash & mask) >>> 0
  for (let probe = 0; probe < PROBES; probe++) {
    const place = (u32[header + SLOTS]! >>> 2) + slot
    if (i32[place]! < 0) {
      i32[place] = entry
      return 1
    }
    slot = ((slot + 1) & mask) >>> 0
  }
  return 0
}

export function writeWalk(memory: KernelMemory, from: number, end: number, table: number): number {
  const { i32, u32 } = memory
  const header = table >>> 2
  const entries = u32[header + ENTRIES]! >>> 2
  let field = from
  while (field < end) {
    const series = seriesAt(memory, field, end)
    if (series === undefined) break
    const [at, seriesEnd] = series
    const last = i32[header + LAST]!
    let body = 0
    let entry = last < 0 ? -1 : i32[entries + 4 * last + 3]!
    if (entry >= 0) body = endOfLabels(memory, at, seriesEnd, entries + 4 * entry)
    if (body === 0) {
      body = skippedLabels(memory.u8, at, seriesEnd)
      entry = body < 0 ? -1 : labelsFind(memory, table, at, body)
      if (entry < 0) break
      if (last >= 0) i32[entries + 4 * last + 3] = entry
    }
    const count = samplesOf(memory, header, entry, body, seriesEnd)
    if (count < 0) break
    u32[header + OUT_COUNT] = count
    i32[header + LAST] = entry
    field = seriesEnd
  }
  return field
}

/** Where the series that begins at `field` has its labels, and where it ends. */
function seriesAt(
  { u8 }: KernelMemory,
  field: number,
  end: number,
): readonly [from: number, to: number] | undefined {
  if (u8[field] !== LABEL) return undefined
  let at = field + 1
  let length = 0
  for (let shift = 0; shift < 21 && at < end; shift += 7) {
    const byte = u8[at++]!
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) return length <= end - at ? [at, at + length] : undefined
  }
  return undefined
}

/** Where labels end that are those of the entry; 0 when they are others. */
function endOfLabels({ u8, u32 }: KernelMemory, at: number, to: number, entry: number): number {
  const bytes = u32[entry + 2]!
  const isKnown =
    bytes <= to - at &&
    isEqual(u8, at, u32[entry + 1]!, bytes) &&
    (at + bytes === to || u8[at + bytes] !== LABEL)
  return isKnown ? at + bytes : 0
}

/** Where labels end; −1 when they are damaged or of unusual length. */
function skippedLabels(u8: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && u8[at] === LABEL) {
    if (at + 1 >= end) return -1
    let bytes = u8[at + 1]!
    at += 2
    if (bytes >= 0x80) {
      if (at >= end || u8[at]! >= 0x80) return -1
      bytes = (bytes & 0x7f) | (u8[at++]! << 7)
    }
    if (bytes > end - at) return -1
    at += bytes
  }
  return at
}

/** Writes samples down. @returns how many there are then; −1 when something else is among them */
function samplesOf(
  memory: KernelMemory,
  header: number,
  entry: number,
  from: number,
  end: number,
): number {
  const { u8, u32, i32, f64 } = memory
  let next = u32[header + OUT_COUNT]!
  let at = from
  while (at < end) {
    if (u8[at] !== SAMPLE || at + 1 >= end || next === u32[header + OUT_MAX]!) return -1
    const bytes = u8[at + 1]!
    at += 2
    if (bytes >= 0x80 || bytes > end - at) return -1
    const value = (u32[header + OUT_VALUES]! >>> 3) + next
    const timeMs = readSample(memory, at, at + bytes, value)
    if (timeMs < 0) return -1
    i32[(u32[header + OUT_ENTRIES]! >>> 2) + next] = entry
    f64[(u32[header + OUT_TIMES]! >>> 3) + next] = timeMs
    at += bytes
    next++
  }
  return next
}

/** Puts the value at `f64[out]`. @returns the time, or −1 */
function readSample(
  { u8, u32, view }: KernelMemory,
  from: number,
  end: number,
  out: number,
): number {
  let [low, high] = [0, 0]
  let timeMs = 0
  let at = from
  while (at < end) {
    const tag = u8[at++]!
    if (tag === VALUE) {
      if (end - at < 8) return -1
      low = view.getUint32(at, true)
      high = view.getUint32(at + 4, true)
      at += 8
    } else if (tag === TIME) {
      timeMs = 0
      let scale = 1
      let byte = 0x80
      for (; byte >= 0x80 && scale < 2 ** 49 && at < end; scale *= 128) {
        byte = u8[at++]!
        timeMs += (byte & 0x7f) * scale
      }
      if (byte >= 0x80) return -1
    } else return -1
  }
  const isNan = (high & 0x7ff00000) === 0x7ff00000 && ((high & 0xfffff) !== 0 || low !== 0)
  if (isNan) {
    low = low === 2 && high === 0x7ff00000 ? 2 : 1
    high = 0x7ff80000
  }
  u32[2 * out] = low
  u32[2 * out + 1] = high
  return timeMs
}
