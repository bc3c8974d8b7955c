// Twin of assembly/integers.ts, choice by choice, so that both write the same bytes.

import {
  BitCursor,
  bitLength,
  ESCAPE,
  i64,
  nearest,
  unzigzag,
  varintBits,
  zigzag,
} from './bit-cursor.ts'

const Mode = { zero: 0, rice: 1, zeroRun: 2, pack: 3 } as const
const HAS_SCALE = 16
const HAS_CENTRE = 32
const WIDTH_MAX = 56
const RICE_MAX = 62

interface Plan {
  readonly mode: number
  readonly scale: bigint
  readonly centre: bigint
  readonly k: number
  readonly runK: number
  readonly bits: bigint
}

interface IntegersPlan extends Plan {
  readonly order: number
  readonly all: bigint
}

const ZERO_PLAN: Plan = { mode: Mode.zero, scale: 1n, centre: 0n, k: 0, runK: 0, bits: 0n }

function gcd(a: bigint, b: bigint): bigint {
  let x = a
  let y = b
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

function riceBits(codes: readonly bigint[], k: number): bigint {
  let bits = BigInt(codes.length * (k + 1))
  for (const z of codes) {
    const high = z >> BigInt(k)
    bits += high < ESCAPE ? high : BigInt(24 + 7 + bitLength(z) - k)
  }
  return bits
}

function bestRice(codes: readonly bigint[]): { k: number; bits: bigint } {
  let sum = 0
  for (const z of codes) sum += Number(z)
  const mean = sum / codes.length
  const start = Math.min(RICE_MAX, mean < 1 ? 0 : bitLength(BigInt(Math.floor(mean * 0.7))))
  let best = { k: start, bits: riceBits(codes, start) }
  for (let k = start + 1; k <= RICE_MAX; k++) {
    const bits = riceBits(codes, k)
    if (bits >= best.bits) break
    best = { k, bits }
  }
  if (best.k !== start) return best
  for (let k = start - 1; k >= 0; k--) {
    const bits = riceBits(codes, k)
    if (bits >= best.bits) break
    best = { k, bits }
  }
  return best
}

function centreBits(centre: bigint): bigint {
  return centre === 0n ? 0n : varintBits(zigzag(centre))
}

function planZeroRun(values: readonly bigint[], scale: bigint, sum: number): Plan {
  const ordinary = values.filter((v) => v !== 0n)
  const centre = BigInt(nearest(sum / Number(scale) / ordinary.length))
  const runs: bigint[] = []
  let run = 0n
  for (const v of values) {
    if (v === 0n) run++
    else {
      runs.push(run)
      run = 0n
    }
  }
  runs.push(run)
  const ofRuns = bestRice(runs)
  const ofCodes = bestRice(ordinary.map((v) => zigzag(i64(v / scale - centre))))
  const bits = ofRuns.bits + ofCodes.bits + 24n + centreBits(centre)
  return { mode: Mode.zeroRun, scale, centre, k: ofCodes.k, runK: ofRuns.k, bits }
}

function planPack(values: readonly bigint[], scale: bigint): Plan {
  let smallest = values[0]!
  for (const v of values) if (v < smallest) smallest = v
  const centre = smallest / scale
  const counts = Array.from({ length: 66 }, () => 0)
  for (const v of values) counts[bitLength(BigInt.asUintN(64, v / scale - centre))]!++
  let longest = 64
  while (longest > 0 && counts[longest] === 0) longest--
  let bits = 0xffffffffn
  let width = 0
  let patches = 0
  for (let w = longest; w >= 0; w--) {
    if (w < longest) patches += counts[w + 1]!
    if (patches * 4 > values.length) break
    if (w > WIDTH_MAX) continue
    let all = values.length * w
    for (let b = w + 1; b <= longest; b++) all += counts[b]! * (8 + 8 * Math.floor((b - w + 6) / 7))
    if (BigInt(all) >= bits) continue
    bits = BigInt(all)
    width = w
  }
  bits += 16n + varintBits(zigzag(centre))
  return { mode: Mode.pack, scale, centre, k: width, runK: 0, bits }
}

function planOf(values: readonly bigint[], slack: bigint): Plan {
  let scale = 0n
  let nonZero = 0
  let sum = 0
  for (const v of values) {
    if (v === 0n) continue
    nonZero++
    sum += Number(v)
    if (scale !== 1n) scale = gcd(v < 0n ? -v : v, scale)
  }
  if (nonZero === 0) return ZERO_PLAN
  const centre = BigInt(nearest(sum / Number(scale) / values.length))
  const { k, bits } = bestRice(values.map((v) => zigzag(i64(v / scale - centre))))
  let best: Plan = {
    mode: Mode.rice,
    scale,
    centre,
    k,
    runK: 0,
    bits: bits + 8n + centreBits(centre),
  }
  if (nonZero * 2 < values.length) {
    const runs = planZeroRun(values, scale, sum)
    if (runs.bits < best.bits) best = runs
  }
  if (best.mode === Mode.rice) {
    const pack = planPack(values, scale)
    if (pack.bits * 32n <= best.bits * (32n + slack)) best = pack
  }
  return { ...best, bits: best.bits + (scale > 1n ? varintBits(scale) : 0n) }
}

function differences(values: readonly bigint[]): bigint[] {
  return values.slice(1).map((v, i) => i64(v - values[i]!))
}

export function planIntegers(values: readonly bigint[], slack: bigint): IntegersPlan {
  const first = differences(values)
  const firstBits = varintBits(zigzag(values[0]!))
  const plan = planOf(first, slack)
  let best: IntegersPlan = { ...plan, order: 1, all: plan.bits + firstBits }
  if (plan.mode !== Mode.zero) {
    if (values.length > 2) {
      const second = planOf(differences(first), slack)
      const all = second.bits + firstBits + varintBits(zigzag(first[0]!))
      if (all < best.all) best = { ...second, order: 2, all }
    }
    const whole = planOf(values, slack)
    if (whole.bits < best.all) best = { ...whole, order: 0, all: whole.bits }
  }
  return { ...best, all: best.all + 16n }
}

export function isConstantPlan(plan: IntegersPlan): boolean {
  return plan.mode === Mode.zero
}

export function putIntegers(out: BitCursor, values: readonly bigint[], plan: IntegersPlan): void {
  const { order, mode, scale, centre, k, runK } = plan
  const first = differences(values)
  const column = order === 0 ? values : order === 1 ? first : differences(first)
  const flags = (scale > 1n ? HAS_SCALE : 0) | (centre === 0n ? 0 : HAS_CENTRE)
  out.putByte(order | (mode << 2) | flags)
  if (order > 0) out.putVarint(zigzag(values[0]!))
  if (order > 1) out.putVarint(zigzag(first[0]!))
  if (mode === Mode.zero) return
  if (scale > 1n) out.putVarint(scale)
  if (centre !== 0n) out.putVarint(zigzag(centre))
  out.putByte(k)
  const scaled = column.map((v) => (v === 0n ? 0n : v / scale))
  if (mode === Mode.pack) putPacked(out, scaled, centre, k)
  else if (mode === Mode.rice) {
    out.beginBits()
    for (const v of scaled) out.putRice(zigzag(i64(v - centre)), k)
    out.endBits()
  } else {
    out.putByte(runK)
    out.beginBits()
    let run = 0n
    for (const v of scaled) {
      if (v === 0n) {
        run++
        continue
      }
      out.putRice(run, runK)
      out.putRice(zigzag(i64(v - centre)), k)
      run = 0n
    }
    out.putRice(run, runK)
    out.endBits()
  }
}

function putPacked(out: BitCursor, scaled: readonly bigint[], centre: bigint, width: number): void {
  const fields = scaled.map((v) => BigInt.asUintN(64, v - centre))
  const patched = fields.flatMap((z, i) => (z >> BigInt(width) === 0n ? [] : [i]))
  out.putU16(patched.length)
  let last = 0
  for (const i of patched) {
    out.putVarint(BigInt(i - last))
    out.putVarint(fields[i]! >> BigInt(width))
    last = i
  }
  out.beginBits()
  for (const z of fields) out.putBits(z, width)
  out.endBits()
}

/** n integers, undefined when the bytes are no such stream. */
export function takeIntegers(input: BitCursor, n: number): bigint[] | undefined {
  const head = input.takeByte()
  const order = head & 3
  if (order > 2 || order > n) return undefined
  const start = order > 0 ? unzigzag(input.takeVarint()) : 0n
  let slope = order > 1 ? unzigzag(input.takeVarint()) : 0n
  const column = takeColumn(input, head, n - order)
  if (column === undefined || order === 0) return column
  const out = [start]
  let sum = start
  if (order === 2) out.push((sum = i64(sum + slope)))
  for (const v of column) {
    slope = order === 2 ? i64(slope + v) : v
    out.push((sum = i64(sum + slope)))
  }
  return out
}

function takeColumn(input: BitCursor, head: number, count: number): bigint[] | undefined {
  const mode = (head >> 2) & 3
  if (mode === Mode.zero) return Array.from({ length: count }, () => 0n)
  const scale = (head & HAS_SCALE) !== 0 ? i64(input.takeVarint()) : 1n
  const centre = (head & HAS_CENTRE) !== 0 ? unzigzag(input.takeVarint()) : 0n
  const k = input.takeByte()
  if (k > RICE_MAX) return undefined
  const whole = (z: bigint): bigint => i64((i64(z) + centre) * scale)
  if (mode === Mode.pack) {
    return k > WIDTH_MAX ? undefined : takePacked(input, count, k)?.map(whole)
  }
  if (mode === Mode.rice) {
    input.beginBits()
    const out = Array.from({ length: count }, () => whole(unzigzag(input.takeRice(k))))
    input.beginBits()
    return out
  }
  const runK = input.takeByte()
  if (runK > RICE_MAX) return undefined
  const out = Array.from({ length: count }, () => 0n)
  input.beginBits()
  let i = 0n
  for (;;) {
    i = BigInt.asUintN(64, i + input.takeRice(runK))
    if (i >= BigInt(count)) break
    out[Number(i++)] = whole(unzigzag(input.takeRice(k)))
  }
  input.beginBits()
  return i === BigInt(count) ? out : undefined
}

function takePacked(input: BitCursor, count: number, width: number): bigint[] | undefined {
  const patches: [gap: bigint, high: bigint][] = []
  const all = input.takeU16()
  if (all > count) return undefined
  for (let left = all; left > 0; left--) {
    patches.push([input.takeVarint(), input.takeVarint()])
  }
  input.beginBits()
  const out = Array.from({ length: count }, () => input.takeBits(width))
  input.beginBits()
  let i = 0n
  for (const [gap, high] of patches) {
    i = BigInt.asUintN(64, i + gap)
    if (i >= BigInt(count)) return undefined
    out[Number(i)]! |= BigInt.asUintN(64, high << BigInt(width))
  }
  return out
}
