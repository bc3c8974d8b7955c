// Whole numbers below 2^50 as a stream: values, deltas, or deltas of deltas, whichever is smallest.
//
//   istream := head u8   bits 0-1 order (0 values, 1 deltas, 2 deltas of deltas)
//                        bits 2-3 mode (0 all zero, 3 PACK); modes 1 and 2 are kept for RICE and ZRUN
//              [first zz] [second zz: the first delta]
//   PACK    := minimum zz | width u8 | patches u16, patches × (gap varint, high varint) | fields of `width` bits
//              a patch adds high << width to its field; gaps count from the previous patch
//
// Limits: |value| < 2^50 keeps every delta of deltas, and its distance to the smallest one, below 2^53.

import { ByteReader, type ByteWriter, OutsideError } from '@pharos/base'
import { packBits, packedBytes, unpackBits } from './bit-packing.ts'

export const WHOLE_LIMIT: number = 2 ** 50

const Mode = { zero: 0, pack: 3 } as const

interface Plan {
  readonly mode: number
  readonly minimum: number
  readonly width: number
  readonly bits: number
}

/** Appends the first `n` ≥ 1 of `values`, whole numbers within ±2^50. */
export function writeIntegers(out: ByteWriter, values: Float64Array, n: number): void {
  const deltas = new Float64Array(n)
  for (let i = 1; i < n; i++) deltas[i] = values[i]! - values[i - 1]!
  let order = 1
  let stream: Float64Array = deltas
  let plan = planOf(deltas, 1, n)
  if (plan.mode !== Mode.zero && n > 2) {
    const second = new Float64Array(n)
    for (let i = 2; i < n; i++) second[i] = deltas[i]! - deltas[i - 1]!
    const secondPlan = planOf(second, 2, n)
    // The first delta is written beside the first value.
    if (secondPlan.bits + 16 < plan.bits) {
      order = 2
      stream = second
      plan = secondPlan
    }
  }
  if (plan.mode !== Mode.zero) {
    const valuePlan = planOf(values, 0, n)
    if (valuePlan.bits < plan.bits) {
      order = 0
      stream = values
      plan = valuePlan
    }
  }
  out.u8(order | (plan.mode << 2))
  if (order > 0) out.zigzag(values[0]!)
  if (order > 1) out.zigzag(deltas[1]!)
  if (plan.mode === Mode.pack) writePack(out, stream, order, n, plan)
}

/**
 * Reads `n` numbers into `out[at …]`.
 * @throws OutsideError `tsdb/corrupt` or `bytes/…` when the bytes are no such stream
 */
export function readIntegers(reader: ByteReader, n: number, out: Float64Array, at: number): void {
  const head = reader.u8()
  const order = head & 3
  const mode = (head >>> 2) & 3
  if (order > 2 || (order === 2 && n < 2)) throw corrupt(`order ${order}`)
  const first = order > 0 ? reader.zigzag() : 0
  const second = order > 1 ? reader.zigzag() : 0
  if (mode === Mode.pack) readPack(reader, out, at + order, n - order)
  else if (mode === Mode.zero) out.fill(0, at + order, at + n)
  else throw corrupt(`mode ${mode}`)
  if (order === 0) return
  out[at] = first
  if (order === 1) {
    for (let i = at + 1; i < at + n; i++) out[i] = out[i - 1]! + out[i]!
    return
  }
  let delta = second
  out[at + 1] = first + second
  for (let i = at + 2; i < at + n; i++) {
    delta += out[i]!
    out[i] = out[i - 1]! + delta
  }
}

/** The cheapest width for `stream[from … n)`: what does not fit is patched. */
function planOf(stream: Float64Array, from: number, n: number): Plan {
  let minimum = Infinity
  let isZero = true
  for (let i = from; i < n; i++) {
    if (stream[i]! < minimum) minimum = stream[i]!
    if (stream[i] !== 0) isZero = false
  }
  if (isZero || from >= n) return { mode: Mode.zero, minimum: 0, width: 0, bits: 0 }
  const counts = new Uint16Array(55)
  let longest = 0
  for (let i = from; i < n; i++) {
    const length = bitLength(stream[i]! - minimum)
    counts[length]!++
    if (length > longest) longest = length
  }
  let best: Plan | undefined
  let patches = 0
  const fixed = 32 + bitLength(Math.abs(minimum))
  for (let width = longest; width >= 0; width--) {
    patches += counts[width + 1]!
    // A gap byte each, and a byte for every seven of the bits that do not fit.
    let patchBits = 0
    for (let length = width + 1; length <= longest; length++) {
      patchBits += counts[length]! * (8 + 8 * Math.ceil((length - width) / 7))
    }
    if (patches * 4 > n) break
    const bits = fixed + (n - from) * width + patchBits
    if (best === undefined || bits < best.bits) best = { mode: Mode.pack, minimum, width, bits }
  }
  return best!
}

function writePack(
  out: ByteWriter,
  stream: Float64Array,
  from: number,
  n: number,
  plan: Plan,
): void {
  const { minimum, width } = plan
  const limit = 2 ** width
  out.zigzag(minimum)
  out.u8(width)
  let patches = 0
  for (let i = from; i < n; i++) if (stream[i]! - minimum >= limit) patches++
  out.u16(patches)
  let last = from
  for (let i = from; i < n; i++) {
    const z = stream[i]! - minimum
    if (z < limit) continue
    out.varint(i - last)
    out.varint(Math.floor(z / limit))
    last = i
  }
  out.raw(packBits(stream, from, n - from, minimum, width))
}

function readPack(reader: ByteReader, out: Float64Array, at: number, count: number): void {
  const minimum = reader.zigzag()
  const width = reader.u8()
  if (width > 53) throw corrupt(`width ${width}`)
  const patches = reader.u16()
  const places: number[] = []
  const highs: number[] = []
  let place = 0
  for (let i = 0; i < patches; i++) {
    place += reader.varint()
    if (place >= count) throw corrupt('patch')
    places.push(place)
    highs.push(reader.varint())
  }
  const fields = reader.raw(packedBytes(count, width))
  unpackBits(fields, 0, out, at, count, minimum, width)
  for (let i = 0; i < patches; i++) out[at + places[i]!]! += highs[i]! * 2 ** width
}

/** Bits of a whole number in [0, 2^54). */
function bitLength(value: number): number {
  return value < 0x80000000
    ? 32 - Math.clz32(value)
    : 31 + 32 - Math.clz32(Math.floor(value / 0x80000000))
}

function corrupt(what: string): OutsideError {
  return new OutsideError('tsdb/corrupt', `bad ${what} of an integer stream`)
}
