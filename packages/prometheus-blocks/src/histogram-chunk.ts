// Chunks of native histograms. Encoding 2 holds integer ones, 3 float ones; both begin with the layout that all of their
// histograms share:
//
//   samples u16 | flags u8: 0x80 after a counter reset, 0x40 surely not, 0xc0 gauges
//   zero threshold | schema | positive spans | negative spans | with custom buckets: bounds
//   then for each: time, count, zero count, sum, positive buckets, negative buckets
//
//   encoding 2   the first raw, then delta of delta (sum: xor); buckets are differences of bucket to bucket
//   encoding 3   time: the first raw, then delta of delta; all floats xor; buckets are counts
//
// A stale marker is a sum with that pattern and no buckets behind it.

import { OutsideError } from '@pharos/base'
import { CUSTOM_BUCKETS_SCHEMA, isStale, type NativeHistogram, type Span } from '@pharos/model'
import { BitReader } from './bit-reader.ts'
import { BitWriter } from './bit-writer.ts'
import { readVarbitInt, readVarbitUint, writeVarbitInt, writeVarbitUint } from './varbit.ts'
import { readFirst, readXor, writeFirst, writeXor, type XorState, xorState } from './xor-value.ts'

export const Flag = { unknown: 0, notReset: 0x40, reset: 0x80, gauge: 0xc0 } as const
const FLAG_MASK = 0xc0
/** More cannot be in a chunk that a real writer made. */
const MAX_SPANS = 100_000

type Layout = Pick<
  NativeHistogram,
  'schema' | 'zeroThreshold' | 'positiveSpans' | 'negativeSpans' | 'customValues'
>

interface HistogramSamples {
  readonly times: Float64Array
  /** Undefined: a stale marker. */
  readonly histograms: readonly (NativeHistogram | undefined)[]
}

/** @throws OutsideError `blocks/corrupt` */
export function readHistogramChunk(bytes: Uint8Array, isFloat: boolean): HistogramSamples {
  const reader = new BitReader(bytes, 0)
  const count = reader.bits(16)
  const flags = reader.bits(8) & FLAG_MASK
  const times = new Float64Array(count)
  const histograms: (NativeHistogram | undefined)[] = []
  if (count === 0) return { times, histograms }
  const layout = readLayout(reader)
  const values = isFloat ? new FloatFields(layout) : new IntegerFields(layout)
  let [tMs, delta] = [0, 0]
  for (let i = 0; i < count; i++) {
    if (i === 0) tMs = readVarbitInt(reader)
    else tMs += delta += readVarbitInt(reader)
    times[i] = tMs
    const fields = values.read(reader, i === 0)
    const hint =
      flags === Flag.gauge
        ? 'gauge'
        : i > 0
          ? 'not_reset'
          : flags === Flag.reset
            ? 'reset'
            : 'unknown'
    histograms.push(
      fields === undefined ? undefined : { ...layout, ...fields, counterResetHint: hint },
    )
  }
  return { times, histograms }
}

/**
 * Histograms of one layout, none of them stale, as a chunk.
 * @param flags  what is known of a counter reset before it
 */
export function writeHistogramChunk(
  times: Float64Array,
  histograms: readonly NativeHistogram[],
  isFloat: boolean,
  flags: number,
): Uint8Array<ArrayBuffer> {
  const writer = new BitWriter()
  writer.bits(histograms.length, 16)
  writer.bits(flags, 8)
  const layout = histograms[0]!
  writeLayout(writer, layout)
  const values = isFloat ? new FloatFields(layout) : new IntegerFields(layout)
  let delta = 0
  histograms.forEach((histogram, i) => {
    if (i === 0) writeVarbitInt(writer, times[0]!)
    else {
      const next = times[i]! - times[i - 1]!
      writeVarbitInt(writer, next - delta)
      delta = next
    }
    values.write(writer, histogram, i === 0)
  })
  return writer.bytes()
}

type Fields = Pick<
  NativeHistogram,
  'count' | 'zeroCount' | 'sum' | 'positiveBuckets' | 'negativeBuckets'
>

/** Whole numbers as deltas of deltas; see the top. */
class IntegerFields {
  readonly #sum: XorState = xorState()
  readonly #positiveCount: number
  /** Count, zero count, positive buckets, negative buckets; buckets as differences. */
  readonly #values: number[]
  readonly #deltas: number[]

  constructor(layout: Layout) {
    this.#positiveCount = bucketCount(layout.positiveSpans)
    const size = 2 + this.#positiveCount + bucketCount(layout.negativeSpans)
    this.#values = Array.from({ length: size }, () => 0)
    this.#deltas = [...this.#values]
  }

  read(reader: BitReader, isFirst: boolean): Fields | undefined {
    for (let f = 0; f < 2; f++) this.#readOne(reader, f, isFirst)
    const sum = isFirst ? readFirst(reader, this.#sum) : readXor(reader, this.#sum)
    if (isStale(sum)) return undefined
    for (let f = 2; f < this.#values.length; f++) this.#readOne(reader, f, isFirst)
    const buckets = this.#values.slice(2)
    return {
      count: this.#values[0]!,
      zeroCount: this.#values[1]!,
      sum,
      positiveBuckets: summed(buckets.slice(0, this.#positiveCount)),
      negativeBuckets: summed(buckets.slice(this.#positiveCount)),
    }
  }

  #readOne(reader: BitReader, f: number, isFirst: boolean): void {
    if (isFirst) this.#values[f] = f < 2 ? readVarbitUint(reader) : readVarbitInt(reader)
    else this.#values[f]! += this.#deltas[f]! += readVarbitInt(reader)
  }

  write(writer: BitWriter, h: NativeHistogram, isFirst: boolean): void {
    const next = [
      h.count,
      h.zeroCount,
      ...differences(h.positiveBuckets),
      ...differences(h.negativeBuckets),
    ]
    next.forEach((value, f) => {
      if (f === 2) this.#writeSum(writer, h.sum, isFirst)
      if (isFirst) (f < 2 ? writeVarbitUint : writeVarbitInt)(writer, value)
      else {
        const delta = value - this.#values[f]!
        writeVarbitInt(writer, delta - this.#deltas[f]!)
        this.#deltas[f] = delta
      }
      this.#values[f] = value
    })
    if (next.length === 2) this.#writeSum(writer, h.sum, isFirst)
  }

  #writeSum(writer: BitWriter, sum: number, isFirst: boolean): void {
    if (isFirst) writeFirst(writer, sum, this.#sum)
    else writeXor(writer, sum, this.#sum)
  }
}

/** Floats as xors. */
class FloatFields {
  readonly #positiveCount: number
  /** Count, zero count, sum, positive buckets, negative buckets. */
  readonly #states: XorState[]

  constructor(layout: Layout) {
    this.#positiveCount = bucketCount(layout.positiveSpans)
    const size = 3 + this.#positiveCount + bucketCount(layout.negativeSpans)
    this.#states = Array.from({ length: size }, xorState)
  }

  read(reader: BitReader, isFirst: boolean): Fields | undefined {
    const values: number[] = []
    for (const state of this.#states) {
      values.push(isFirst ? readFirst(reader, state) : readXor(reader, state))
      if (values.length === 3 && isStale(values[2]!)) return undefined
    }
    const [count, zeroCount, sum, ...buckets] = values
    return {
      count: count!,
      zeroCount: zeroCount!,
      sum: sum!,
      positiveBuckets: buckets.slice(0, this.#positiveCount),
      negativeBuckets: buckets.slice(this.#positiveCount),
    }
  }

  write(writer: BitWriter, h: NativeHistogram, isFirst: boolean): void {
    const values = [h.count, h.zeroCount, h.sum, ...h.positiveBuckets, ...h.negativeBuckets]
    values.forEach((value, f) => {
      if (isFirst) writeFirst(writer, value, this.#states[f]!)
      else writeXor(writer, value, this.#states[f]!)
    })
  }
}

function readLayout(reader: BitReader): Layout {
  const zeroThreshold = readZeroThreshold(reader)
  const schema = readVarbitInt(reader)
  const positiveSpans = readSpans(reader)
  const negativeSpans = readSpans(reader)
  const customValues: number[] = []
  if (schema === CUSTOM_BUCKETS_SCHEMA) {
    for (let left = bounded(readVarbitUint(reader)); left > 0; left--) {
      const thousandths = readVarbitUint(reader)
      customValues.push(thousandths === 0 ? reader.float() : (thousandths - 1) / 1000)
    }
  }
  return { schema, zeroThreshold, positiveSpans, negativeSpans, customValues }
}

function writeLayout(writer: BitWriter, layout: Layout): void {
  writeZeroThreshold(writer, layout.zeroThreshold)
  writeVarbitInt(writer, layout.schema)
  for (const spans of [layout.positiveSpans, layout.negativeSpans]) {
    writeVarbitUint(writer, spans.length)
    for (const { offset, length } of spans) {
      writeVarbitUint(writer, length)
      writeVarbitInt(writer, offset)
    }
  }
  if (layout.schema !== CUSTOM_BUCKETS_SCHEMA) return
  writeVarbitUint(writer, layout.customValues.length)
  for (const bound of layout.customValues) {
    const thousandths = Math.round(bound * 1000)
    const isShort = thousandths >= 0 && thousandths <= 33_554_430 && thousandths / 1000 === bound
    if (isShort) writeVarbitUint(writer, thousandths + 1)
    else {
      writer.bits(0, 1)
      writer.float(bound)
    }
  }
}

/** One byte for 0 and for the powers of two that are usual: exponent + 243; else 255 and the float. */
function readZeroThreshold(reader: BitReader): number {
  const byte = reader.bits(8)
  if (byte === 0) return 0
  return byte === 255 ? reader.float() : 0.5 * 2 ** (byte - 243)
}

function writeZeroThreshold(writer: BitWriter, threshold: number): void {
  const exponent = Math.round(Math.log2(threshold)) + 1
  if (threshold === 0) writer.bits(0, 8)
  else if (exponent >= -242 && exponent <= 11 && 0.5 * 2 ** exponent === threshold) {
    writer.bits(exponent + 243, 8)
  } else {
    writer.bits(255, 8)
    writer.float(threshold)
  }
}

function readSpans(reader: BitReader): Span[] {
  const spans: Span[] = []
  let buckets = 0
  for (let left = bounded(readVarbitUint(reader)); left > 0; left--) {
    const length = readVarbitUint(reader)
    buckets = bounded(buckets + length)
    spans.push({ length, offset: readVarbitInt(reader) })
  }
  return spans
}

function bounded(count: number): number {
  if (count > MAX_SPANS) throw new OutsideError('blocks/corrupt', `a histogram of ${count} buckets`)
  return count
}

function bucketCount(spans: readonly Span[]): number {
  return spans.reduce((sum, { length }) => sum + length, 0)
}

function summed(differences: readonly number[]): number[] {
  let sum = 0
  return differences.map((difference) => (sum += difference))
}

function differences(buckets: readonly number[]): number[] {
  return buckets.map((count, i) => (i === 0 ? count : count - buckets[i - 1]!))
}
