// Streams of 64-bit integers: the order (values, deltas, deltas of deltas) and the mode that are smallest. The bytes are
// drawn in docs/format/tile.md. Twin: ../src/twin/integers.ts.

import {
  at,
  beginBits,
  bitLength,
  endBits,
  leaveBits,
  putBits,
  putByte,
  putRice,
  putVarint,
  seek,
  takeByte,
  takeRice,
  takeVarint,
  ESCAPE,
  unzigzag,
  varintBits,
  zigzag,
} from './bits'

const ZERO: u32 = 0
const RICE: u32 = 1
const ZERO_RUN: u32 = 2
const PACK: u32 = 3
const HAS_SCALE: u32 = 16
const HAS_CENTRE: u32 = 32
const WIDTH_MAX: i32 = 56
const RICE_MAX: i32 = 62

// The plan that was made last, and the one that is kept.
let mode: u32 = 0
let scale: u64 = 1
let centre: i64 = 0
let k: u32 = 0
let runK: u32 = 0
let keptMode: u32 = 0
let keptScale: u64 = 1
let keptCentre: i64 = 0
let keptK: u32 = 0
let keptRunK: u32 = 0
let keptOrder: u32 = 0
// Scratch columns of the caller.
let first: usize = 0
let second: usize = 0
let codes: usize = 0
let runs: usize = 0
let histogram: usize = 0
/** PACK may cost so many 32nds more than the smallest. */
let slack: u64 = 0

/** @param scratch  room for 4 × (n + 1) u64 and 66 u32 */
export function useScratch(scratch: usize, n: i32, packSlack: u32): void {
  const column = (<usize>(n + 1)) << 3
  first = scratch
  second = scratch + column
  codes = second + column
  runs = codes + column
  histogram = runs + column
  slack = packSlack
}

// A plan that is put aside while another one is made.
let asideMode: u32 = 0
let asideScale: u64 = 1
let asideCentre: i64 = 0
let asideK: u32 = 0
let asideRunK: u32 = 0
let asideOrder: u32 = 0

/** Remembers the kept plan until `takePlanBack`. */
export function putPlanAside(): void {
  asideMode = keptMode
  asideScale = keptScale
  asideCentre = keptCentre
  asideK = keptK
  asideRunK = keptRunK
  asideOrder = keptOrder
}

export function takePlanBack(): void {
  keptMode = asideMode
  keptScale = asideScale
  keptCentre = asideCentre
  keptK = asideK
  keptRunK = asideRunK
  keptOrder = asideOrder
}

/** Dividing takes 20 times as long as anything else here, and most scales are 1. */
function quotient(value: i64, step: i64): i64 {
  return step == 1 ? value : value / step
}

export function isConstantPlan(): bool {
  return keptMode == ZERO
}

function gcd(a: u64, b: u64): u64 {
  let x = a
  let y = b
  while (y) {
    const rest = x % y
    x = y
    y = rest
  }
  return x
}

function riceBits(values: usize, n: i32, parameter: u32): u64 {
  let bits = <u64>n * <u64>(parameter + 1)
  for (let i = 0; i < n; i++) {
    const z = load<u64>(values + ((<usize>i) << 3))
    const high = z >> parameter
    bits += high < ESCAPE ? high : <u64>(ESCAPE + 7 + bitLength(z) - parameter)
  }
  return bits
}

let bestParameter: u32 = 0

/** The best parameter is near the logarithm of the mean. */
function bestRiceBits(values: usize, n: i32, sum: f64): u64 {
  const mean = sum / <f64>n
  let start: i32 = mean < 1 ? 0 : <i32>bitLength(<u64>(mean * 0.7))
  if (start > RICE_MAX) start = RICE_MAX
  let bits = riceBits(values, n, start)
  bestParameter = start
  for (let d = start + 1; d <= RICE_MAX; d++) {
    const more = riceBits(values, n, d)
    if (more >= bits) break
    bits = more
    bestParameter = d
  }
  if (bestParameter != <u32>start) return bits
  for (let d = start - 1; d >= 0; d--) {
    const less = riceBits(values, n, d)
    if (less >= bits) break
    bits = less
    bestParameter = d
  }
  return bits
}

function centreBits(value: i64): u64 {
  return value ? varintBits(zigzag(value)) : 0
}

function planZeroRun(values: usize, n: i32, nonZero: i32, sum: f64, best: u64): u64 {
  const step = <i64>scale
  const middle = <i64>nearest(sum / <f64>scale / <f64>nonZero)
  let run: u64 = 0
  let count: usize = 0
  let runSum: f64 = 0
  let codeSum: f64 = 0
  for (let i = 0; i < n; i++) {
    const v = load<i64>(values + ((<usize>i) << 3))
    if (v == 0) {
      run++
      continue
    }
    const z = zigzag(quotient(v, step) - middle)
    store<u64>(runs + count, run)
    store<u64>(codes + count, z)
    count += 8
    runSum += <f64>run
    codeSum += <f64>z
    run = 0
  }
  store<u64>(runs + count, run)
  runSum += <f64>run
  const ofRuns = bestRiceBits(runs, nonZero + 1, runSum)
  const runParameter = bestParameter
  const bits = ofRuns + bestRiceBits(codes, nonZero, codeSum) + 24 + centreBits(middle)
  if (bits >= best) return best
  mode = ZERO_RUN
  k = bestParameter
  runK = runParameter
  centre = middle
  return bits
}

function planPack(values: usize, n: i32, best: u64): u64 {
  const step = <i64>scale
  let smallest = load<i64>(values)
  for (let i = 1; i < n; i++) {
    const v = load<i64>(values + ((<usize>i) << 3))
    if (v < smallest) smallest = v
  }
  const low = smallest / step
  memory.fill(histogram, 0, 66 * 4)
  for (let i = 0; i < n; i++) {
    const z = <u64>(quotient(load<i64>(values + ((<usize>i) << 3)), step) - low)
    const cell = histogram + ((<usize>bitLength(z)) << 2)
    store<u32>(cell, load<u32>(cell) + 1)
  }
  let longest: i32 = 64
  while (longest > 0 && load<u32>(histogram + ((<usize>longest) << 2)) == 0) longest--
  let bits: u64 = 0xffffffff
  let width: u32 = 0
  let patches: u32 = 0
  for (let w = longest; w >= 0; w--) {
    if (w < longest) patches += load<u32>(histogram + ((<usize>(w + 1)) << 2))
    if (patches * 4 > <u32>n) break
    if (w > WIDTH_MAX) continue
    let patchBits: u64 = 0
    for (let b = w + 1; b <= longest; b++) {
      const count = <u64>load<u32>(histogram + ((<usize>b) << 2))
      patchBits += count * (8 + 8 * (<u64>(b - w + 6) / 7))
    }
    const all = <u64>n * <u64>w + patchBits
    if (all < bits) {
      bits = all
      width = w
    }
  }
  bits += 16 + varintBits(zigzag(low))
  if (bits * 32 > best * (32 + slack)) return best
  mode = PACK
  k = width
  centre = low
  return bits
}

/** Bits of i64[n], and the plan for them. */
function plan(values: usize, n: i32): u64 {
  let divisor: u64 = 0
  let nonZero = 0
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const v = load<i64>(values + ((<usize>i) << 3))
    if (v == 0) continue
    nonZero++
    sum += <f64>v
    if (divisor != 1) divisor = gcd(v < 0 ? <u64>-v : <u64>v, divisor)
  }
  mode = ZERO
  scale = 1
  centre = 0
  k = 0
  runK = 0
  if (nonZero == 0) return 0
  scale = divisor
  const step = <i64>divisor
  const middle = <i64>nearest(sum / <f64>divisor / <f64>n)
  let codeSum: f64 = 0
  for (let i = 0; i < n; i++) {
    const z = zigzag(quotient(load<i64>(values + ((<usize>i) << 3)), step) - middle)
    store<u64>(codes + ((<usize>i) << 3), z)
    codeSum += <f64>z
  }
  mode = RICE
  centre = middle
  let best = bestRiceBits(codes, n, codeSum) + 8 + centreBits(middle)
  k = bestParameter
  if (nonZero * 2 < n) best = planZeroRun(values, n, nonZero, sum, best)
  if (mode == RICE) best = planPack(values, n, best)
  return best + (divisor > 1 ? varintBits(divisor) : 0)
}

function keep(order: u32): void {
  keptMode = mode
  keptScale = scale
  keptCentre = centre
  keptK = k
  keptRunK = runK
  keptOrder = order
}

function differences(from: usize, to: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    const here = from + (i << 3)
    store<i64>(to + (i << 3), load<i64>(here, 8) - load<i64>(here))
  }
}

/** Bits of i64[n] in the best order, which is kept for `putIntegers`. */
export function planIntegers(values: usize, n: i32): u64 {
  differences(values, first, n - 1)
  const firstBits = varintBits(zigzag(load<i64>(values)))
  let best = plan(first, n - 1) + firstBits
  keep(1)
  if (keptMode == ZERO) return best + 16
  if (n > 2) {
    differences(first, second, n - 2)
    const bits = plan(second, n - 2) + firstBits + varintBits(zigzag(load<i64>(first)))
    if (bits < best) {
      best = bits
      keep(2)
    }
  }
  const bits = plan(values, n)
  if (bits < best) {
    best = bits
    keep(0)
  }
  return best + 16
}

/** Writes i64[n] as `planIntegers` of the same column found best. */
export function putIntegers(values: usize, n: i32): void {
  let column = values
  if (keptOrder > 0) {
    differences(values, first, n - 1)
    column = first
  }
  if (keptOrder > 1) {
    differences(first, second, n - 2)
    column = second
  }
  const scaled = keptScale > 1 ? HAS_SCALE : 0
  const centred = keptCentre ? HAS_CENTRE : 0
  putByte(keptOrder | (keptMode << 2) | scaled | centred)
  if (keptOrder > 0) putVarint(zigzag(load<i64>(values)))
  if (keptOrder > 1) putVarint(zigzag(load<i64>(first)))
  if (keptMode == ZERO) return
  if (scaled) putVarint(keptScale)
  if (centred) putVarint(zigzag(keptCentre))
  putByte(keptK)
  const count = n - <i32>keptOrder
  if (keptMode == PACK) putPacked(column, count)
  else if (keptMode == RICE) putRiceCodes(column, count)
  else putZeroRuns(column, count)
}

function putRiceCodes(values: usize, n: i32): void {
  const step = <i64>keptScale
  beginBits()
  for (let i = 0; i < n; i++) {
    putRice(zigzag(quotient(load<i64>(values + ((<usize>i) << 3)), step) - keptCentre), keptK)
  }
  endBits()
}

function putZeroRuns(values: usize, n: i32): void {
  const step = <i64>keptScale
  putByte(keptRunK)
  beginBits()
  let run: u64 = 0
  for (let i = 0; i < n; i++) {
    const v = load<i64>(values + ((<usize>i) << 3))
    if (v == 0) {
      run++
      continue
    }
    putRice(run, keptRunK)
    putRice(zigzag(quotient(v, step) - keptCentre), keptK)
    run = 0
  }
  putRice(run, keptRunK)
  endBits()
}

function lowMask(width: u32): u64 {
  return width == 0 ? 0 : <u64>0xffffffffffffffff >> (64 - width)
}

function putPacked(values: usize, n: i32): void {
  const step = <i64>keptScale
  const mask = lowMask(keptK)
  const countAt = at
  seek(at + 2)
  let patches = 0
  let last = 0
  for (let i = 0; i < n; i++) {
    const z = <u64>(quotient(load<i64>(values + ((<usize>i) << 3)), step) - keptCentre)
    if ((z & ~mask) == 0) continue
    putVarint(<u64>(i - last))
    putVarint(z >> keptK)
    last = i
    patches++
  }
  store<u16>(countAt, <u16>patches)
  beginBits()
  for (let i = 0; i < n; i++) {
    putBits(<u64>(quotient(load<i64>(values + ((<usize>i) << 3)), step) - keptCentre) & mask, keptK)
  }
  endBits()
}

/** Reads i64[n] into `out`; false when the bytes are no such stream. */
export function takeIntegers(out: usize, n: i32): bool {
  const head = takeByte()
  const order = head & 3
  if (order > 2 || <i32>order > n) return false
  const start: i64 = order > 0 ? unzigzag(takeVarint()) : 0
  const delta: i64 = order > 1 ? unzigzag(takeVarint()) : 0
  const column = out + ((<usize>order) << 3)
  const count = n - <i32>order
  const readMode = (head >> 2) & 3
  if (readMode == ZERO) {
    memory.fill(column, 0, (<usize>count) << 3)
  } else {
    const step: i64 = head & HAS_SCALE ? <i64>takeVarint() : 1
    const middle: i64 = head & HAS_CENTRE ? unzigzag(takeVarint()) : 0
    const parameter = takeByte()
    if (parameter > <u32>RICE_MAX) return false
    if (readMode == PACK) {
      if (parameter > <u32>WIDTH_MAX || !takePacked(column, count, parameter, step, middle))
        return false
    } else if (readMode == RICE) takeRiceCodes(column, count, parameter, step, middle)
    else if (!takeZeroRuns(column, count, parameter, step, middle)) return false
  }
  integrate(out, n, order, start, delta)
  return true
}

function integrate(out: usize, n: i32, order: u32, start: i64, delta: i64): void {
  if (order == 0) return
  const end = out + ((<usize>n) << 3)
  let sum = start
  store<i64>(out, sum)
  if (order == 1) {
    for (let p = out + 8; p < end; p += 8) {
      sum += load<i64>(p)
      store<i64>(p, sum)
    }
    return
  }
  let slope = delta
  sum += slope
  store<i64>(out, sum, 8)
  for (let p = out + 16; p < end; p += 8) {
    slope += load<i64>(p)
    sum += slope
    store<i64>(p, sum)
  }
}

function takeRiceCodes(out: usize, n: i32, parameter: u32, step: i64, middle: i64): void {
  const end = out + ((<usize>n) << 3)
  beginBits()
  if (step == 1) {
    for (let p = out; p < end; p += 8) store<i64>(p, unzigzag(takeRice(parameter)) + middle)
  } else {
    for (let p = out; p < end; p += 8) {
      store<i64>(p, (unzigzag(takeRice(parameter)) + middle) * step)
    }
  }
  leaveBits()
}

function takeZeroRuns(out: usize, n: i32, parameter: u32, step: i64, middle: i64): bool {
  const runParameter = takeByte()
  if (runParameter > <u32>RICE_MAX) return false
  memory.fill(out, 0, (<usize>n) << 3)
  beginBits()
  let i: u64 = 0
  for (;;) {
    i += takeRice(runParameter)
    if (i >= <u64>n) break
    store<i64>(out + ((<usize>i) << 3), (unzigzag(takeRice(parameter)) + middle) * step)
    i++
  }
  leaveBits()
  return i == <u64>n
}

function takePacked(out: usize, n: i32, width: u32, step: i64, middle: i64): bool {
  const patches = <i32>load<u16>(at)
  seek(at + 2)
  if (patches > n) return false
  const patchesAt = at
  for (let i = 0; i < patches; i++) {
    takeVarint()
    takeVarint()
  }
  const fields = at
  const mask = lowMask(width)
  let bit: u64 = 0
  const end = out + ((<usize>n) << 3)
  for (let p = out; p < end; p += 8) {
    const word = load<u64>(fields + <usize>(bit >> 3))
    store<u64>(p, (word >> (bit & 7)) & mask)
    bit += width
  }
  seek(patchesAt)
  let i: u64 = 0
  for (let left = patches; left > 0; left--) {
    i += takeVarint()
    if (i >= <u64>n) return false
    const p = out + ((<usize>i) << 3)
    store<u64>(p, load<u64>(p) | (takeVarint() << width))
  }
  seek(fields + <usize>((bit + 7) >> 3))
  for (let p = out; p < end; p += 8) store<i64>(p, (load<i64>(p) + middle) * step)
  return true
}
