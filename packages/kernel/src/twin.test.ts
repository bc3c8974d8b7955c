// A function and its twin get the same memory and must leave the same memory and the same result.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createKernel,
  type Kernel,
  powersOfFive,
  PRINTED_BYTES,
  twinKernel,
  writeShortestPowers,
} from './index.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)
const wasm = createKernel()
const twin = twinKernel()
const powers = new Map([wasm, twin].map((kernel) => [kernel, powersOfFive(kernel.memory)]))

/** Any 64 bits, often those that metrics have. */
const value = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 1000 }),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 50, 2 ** 50 - 1, -(2 ** 50) + 1, 5e-324),
)
const rows = fc
  .integer({ min: 0, max: 70 })
  .chain((n) => fc.tuple(fc.array(value, { minLength: n, maxLength: n }), fc.array(value)))

/** Runs `work` on both kernels in freshly allocated memory and returns both outcomes. */
function onBoth<T>(bytes: number, work: (kernel: Kernel, at: number) => T): [T, T] {
  const run = (kernel: Kernel): T => {
    const at = kernel.memory.allocate(bytes)
    kernel.memory.u8.fill(0, at, at + bytes)
    const outcome = work(kernel, at)
    kernel.memory.free(at)
    return outcome
  }
  return [run(wasm), run(twin)]
}

test('the module is WebAssembly here', () => {
  expect([wasm, twin].map((kernel) => kernel.isWasm)).toEqual([true, false])
})

test('the module and its twins have the same functions', () => {
  const names = (kernel: Kernel): string[] =>
    Object.keys(kernel)
      .filter((name) => name !== 'heapBase')
      .sort()
  expect(names(wasm)).toEqual(names(twin))
})

test(`a row comes back bit for bit, and both kernels write the same bytes (seed ${SEED})`, () => {
  fc.assert(
    fc.property(rows, ([row, before]) => {
      const n = row.length
      const base = Array.from({ length: n }, (_, c) => before[c] ?? row[c]!)
      const [bytes, twinBytes] = onBoth(64 * n + 64, (kernel, at) => {
        const { f64, u8 } = kernel.memory
        const [rowAt, baseAt, backAt, out] = [at, at + 8 * n, at + 16 * n, at + 24 * n]
        f64.set(row, rowAt / 8)
        f64.set(base, baseAt / 8)
        const end = kernel.rowEncode(baseAt, rowAt, n, out)
        expect(kernel.rowDecode(out, end, baseAt, n, backAt)).toBe(end)
        expect(u8.slice(backAt, backAt + 8 * n)).toEqual(u8.slice(rowAt, rowAt + 8 * n))
        if (end > out) expect(kernel.rowDecode(out, end - 1, baseAt, n, backAt)).toBe(0)
        return u8.slice(out, end)
      })
      expect(bytes).toEqual(twinBytes)
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test(`bytes that are no row are read the same by both, and never past their end (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.uint8Array({ maxLength: 64 }), (n, bytes) => {
      const [ended, twinEnded] = onBoth(1024, (kernel, at) => {
        const { u8 } = kernel.memory
        u8.set(bytes, at)
        const end = kernel.rowDecode(at, at + bytes.length, at + 256, n, at + 512)
        expect(end).toBeLessThanOrEqual(at + bytes.length)
        return end === 0 ? 'refused' : [end - at, u8.slice(at + 512, at + 512 + 8 * n)]
      })
      expect(ended).toEqual(twinEnded)
    }),
    { seed: SEED, numRuns: 1000 },
  )
})

/** Texts of numbers as targets write them, and at the edges of what rounds. */
const numberText = fc.oneof(
  fc.double().map(String),
  fc.double({ noNaN: true }).map((v) => v.toExponential()),
  fc.integer().map(String),
  fc.tuple(fc.integer(), fc.nat()).map(([a, b]) => `${a}.${b}`),
  fc
    .tuple(fc.bigInt(0n, 10n ** 19n - 1n), fc.integer({ min: -340, max: 320 }))
    .map(([a, b]) => `${a}e${b}`),
  // Half-way cases: 2^53 + an odd number.
  fc.bigInt(2n ** 53n, 2n ** 63n).map((a) => String(a | 1n)),
  fc.constantFrom(
    'NaN',
    '+NaN',
    'Inf',
    '+Inf',
    '-Inf',
    '-',
    '.',
    '1.',
    '.5',
    '1e',
    '1e+',
    '00000000000000000000001',
  ),
  fc.constantFrom(
    '0x1p3',
    '1_000',
    'inf',
    'Infinity',
    '5e-324',
    '1e309',
    '9007199254740993',
    '-0',
    '0e9999',
  ),
  fc.stringMatching(/^[0-9+\-.eE]{0,24}$/),
)

/** End and bits of a number, undefined when it is refused. */
function numberAt(kernel: Kernel, at: number, text: string): [number, Uint8Array] | undefined {
  const { u8 } = kernel.memory
  u8.set(new TextEncoder().encode(`${text}\n`), at + 16)
  const end = kernel.parseNumber(at + 16, powers.get(kernel)!, at)
  return end === 0 ? undefined : [end - at - 16, u8.slice(at, at + 8)]
}

test(`numbers are read to the last bit, and the kernel gives up only where it says so (seed ${SEED})`, () => {
  let decided = 0
  let all = 0
  fc.assert(
    fc.property(numberText, (text) => {
      const [read, twinRead] = onBoth(512, (kernel, at) => numberAt(kernel, at, text))
      all++
      // The kernel may be undecided where the twin is not: half-way between two doubles.
      if (read === undefined) return
      decided++
      expect(read).toEqual(twinRead)
    }),
    { seed: SEED, numRuns: 20_000 },
  )
  expect(decided / all).toBeGreaterThan(0.7)
})

test('what targets write is always decided', () => {
  const texts = ['0', '1', '-1', '1.5', '0.00025', '1e-05', '1.7328123e+09', '12345678901', 'NaN']
  for (const text of [...texts, '+Inf', '-Inf', '3.141592653589793', '0.30000000000000004']) {
    const [read, twinRead] = onBoth(512, (kernel, at) => numberAt(kernel, at, text))
    expect(read, text).toBeDefined()
    expect(read, text).toEqual(twinRead)
  }
})

interface Template {
  readonly literals: readonly string[]
  readonly values: readonly string[]
}

const literal = fc.stringMatching(/^[a-z{}="_ #\n]{0,40}$/).map((text) => `${text} `)
const template = fc.integer({ min: 0, max: 12 }).chain((n) =>
  fc.record({
    literals: fc.array(literal, { minLength: n + 1, maxLength: n + 1 }),
    values: fc.array(numberText, { minLength: n, maxLength: n }),
  }),
)

function scanned(
  kernel: Kernel,
  at: number,
  { literals, values }: Template,
  body: string,
): unknown {
  const { u8, u32 } = kernel.memory
  const encoder = new TextEncoder()
  const bytes = encoder.encode(body)
  u8.set(bytes, at)
  u8.set(encoder.encode(literals.join('')), at + 2048)
  u32.set(
    literals.map((text) => text.length),
    (at + 3072) / 4,
  )
  const n = values.length
  const matched = kernel.scan(
    at,
    at + bytes.length,
    at + 2048,
    at + 3072,
    n,
    powers.get(kernel)!,
    at + 3584,
  )
  return [matched, u8.slice(at + 3584, at + 3584 + 8 * Math.min(matched, n))]
}

test(`a body is matched by its template up to the first line that differs (seed ${SEED})`, () => {
  fc.assert(
    fc.property(template, fc.nat(), fc.integer({ min: 0, max: 255 }), (one, place, byte) => {
      const body = one.literals
        .map((text, i) => text + (i < one.values.length ? `${one.values[i]}\n` : ''))
        .join('')
      const clean = onBoth(4096, (kernel, at) => scanned(kernel, at, one, body))
      // Undecided numbers end the kernel's scan early and not the twin's.
      const [matched, twinMatched] = clean.map((outcome) => (outcome as [number])[0])
      if (matched === twinMatched) expect(clean[0]).toEqual(clean[1])
      else expect(matched).toBeLessThan(twinMatched!)
      const at = place % Math.max(1, body.length)
      const spoilt = body.slice(0, at) + String.fromCharCode(byte & 127) + body.slice(at + 1)
      const [broken, twinBroken] = onBoth(4096, (kernel, start) =>
        scanned(kernel, start, one, spoilt),
      ) as [[number], [number]]
      expect(broken[0]).toBeLessThanOrEqual(twinBroken[0])
      const cut = onBoth(4096, (kernel, start) =>
        scanned(kernel, start, one, body.slice(0, at)),
      ) as [[number], [number]]
      expect(cut[0][0]).toBeLessThanOrEqual(cut[1][0])
      if (body.length > 0) expect(cut[1][0]).toBeLessThan(one.literals.length)
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

test(`numbers print the same by both, the shortest text there is (seed ${SEED})`, () => {
  const tables = new Map([wasm, twin].map((kernel) => [kernel, writeShortestPowers(kernel)]))
  fc.assert(
    fc.property(
      fc.oneof(
        value,
        fc.double(),
        fc.nat().map((n) => n / 1000),
      ),
      (number) => {
        const [text, twinText] = onBoth(96, (kernel, at) => {
          const end = kernel.printNumber(number, tables.get(kernel)!, at)
          return String.fromCharCode(...kernel.memory.u8.subarray(at, end))
        })
        expect(text).toBe(twinText)
        expect(Number(text.replace('Inf', 'Infinity'))).toBe(number)
      },
    ),
    { seed: SEED, numRuns: 5000 },
  )
})

/** Also ABSENT, as the evaluator has it. */
const cells = fc.array(fc.option(value, { nil: undefined }), { minLength: 1, maxLength: 21 })

function writeCells(
  { f64, u32 }: Kernel['memory'],
  at: number,
  row: readonly (number | undefined)[],
): void {
  row.forEach((one, i) => {
    if (one !== undefined) f64[at / 8 + i] = one
    else {
      u32[at / 4 + 2 * i] = 3
      u32[at / 4 + 2 * i + 1] = 0x7ff80000
    }
  })
}

test(`points print as JSON, those that are absent not at all (seed ${SEED})`, () => {
  const tables = new Map([wasm, twin].map((kernel) => [kernel, writeShortestPowers(kernel)]))
  // Texts stay from row to row, so that they push each other out.
  const known = new Map(
    [wasm, twin].map((kernel) => {
      const at = kernel.memory.allocate(PRINTED_BYTES)
      kernel.memory.u8.fill(0, at, at + PRINTED_BYTES)
      return [kernel, at]
    }),
  )
  fc.assert(
    fc.property(cells, (row) => {
      const [text, twinText] = onBoth(4096, (kernel, at) => {
        const { u8 } = kernel.memory
        const texts = known.get(kernel)!
        writeCells(kernel.memory, at, row)
        const heads = at + 8 * row.length
        row.forEach((_, i) => {
          const head = `,[${i}.5,"`
          for (let c = 0; c < head.length; c++) u8[heads + 32 * i + c] = head.charCodeAt(c)
          u8[heads + 32 * i + 31] = head.length
        })
        const out = heads + 32 * row.length
        // The second time all texts are known.
        const both = [0, 1].map(() => {
          const end = kernel.printPoints(at, row.length, heads, tables.get(kernel)!, texts, out)
          return String.fromCharCode(...u8.subarray(out, end))
        })
        expect(both[1]).toBe(both[0])
        return both[0]!
      })
      expect(text).toBe(twinText)
      const points = JSON.parse(`[${text.slice(1)}]`) as unknown[]
      expect(points).toHaveLength(row.filter((one) => one !== undefined).length)
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test(`times print as seconds by both (seed ${SEED})`, () => {
  const times = fc.array(fc.integer({ min: -(2 ** 48), max: 2 ** 48 }), {
    minLength: 1,
    maxLength: 9,
  })
  fc.assert(
    fc.property(times, (all) => {
      const n = all.length
      const texts = onBoth(40 * n + 32, (kernel, at) => {
        const { f64, u8 } = kernel.memory
        f64.set(all, at / 8)
        kernel.printHeads(at, n, at + 8 * n, at + 40 * n)
        return all.map((_, i) => {
          const head = at + 8 * n + 32 * i
          return String.fromCharCode(...u8.subarray(head, head + u8[head + 31]!))
        })
      })
      const [text, twinText] = texts
      expect(text).toEqual(twinText)
      expect(text.map((one) => Math.round(1000 * Number(one.slice(2, -2))))).toEqual(all)
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test(`rows add up to the same sums by both (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.array(cells, { minLength: 1, maxLength: 5 }), (rows) => {
      const steps = Math.max(...rows.map((row) => row.length))
      const even = steps + (steps & 1)
      const [sums, twinSums] = onBoth(4 * 8 * even, (kernel, at) => {
        const { f64 } = kernel.memory
        const sumsAt = at + 8 * even
        f64.fill(-0, sumsAt / 8, sumsAt / 8 + even)
        for (const row of rows) {
          writeCells(kernel.memory, at, [
            ...row,
            ...Array.from({ length: even - row.length }, () => undefined),
          ])
          kernel.rollAdd(at, steps, sumsAt, sumsAt + 8 * even, sumsAt + 16 * even)
        }
        return f64.slice(sumsAt / 8, sumsAt / 8 + 3 * even)
      })
      // NaNs of either sign are NaN.
      expect([...sums]).toEqual([...twinSums])
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test(`rates and latest samples are the same by both (seed ${SEED})`, () => {
  const window = fc.tuple(
    fc.nat(19),
    fc.nat(19),
    fc.double({ noNaN: true }),
    fc.double({ noNaN: true }),
  )
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 20, maxLength: 20 }),
      fc.array(window, { minLength: 1, maxLength: 9 }),
      fc.boolean(),
      fc.boolean(),
      (column, windows, isCounter, isSorted) => {
        if (isSorted) column = column.map((v) => (Number.isNaN(v) ? 0 : v)).sort((a, b) => a - b)
        const steps = windows.length
        const even = steps + (steps & 1)
        const [made, twinMade] = onBoth(160 + 8 * 8 * even, (kernel, at) => {
          const { f64, i32 } = kernel.memory
          f64.set(column, at / 8)
          const constants = at + 160
          windows.forEach(([a, b, x, y], s) => {
            i32[constants / 4 + s] = Math.min(a, b)
            i32[constants / 4 + even + s] = Math.max(a, b)
            f64.set([x], constants / 8 + even + s)
            f64.set([Math.abs(y)], constants / 8 + 2 * even + s)
            f64.set([Math.abs(x)], constants / 8 + 3 * even + s)
            f64.set([Math.abs(y)], constants / 8 + 4 * even + s)
          })
          const out = constants + 40 * even
          const done = kernel.rollRate(at, 20, constants, steps, isCounter ? 1 : 0, 300, out)
          windows.forEach(([a], s) => (i32[constants / 4 + s] = a - 3))
          kernel.rollLatest(at, constants, steps, out + 8 * even)
          return [
            done,
            ...f64.subarray(out / 8, out / 8 + steps),
            ...f64.subarray(out / 8 + even, out / 8 + even + steps),
          ]
        })
        expect(made).toEqual(twinMade)
      },
    ),
    { seed: SEED, numRuns: 1000 },
  )
})

/** Elements of a snappy block, often ones that fit together. */
const element = fc.oneof(
  fc
    .uint8Array({ minLength: 1, maxLength: 60 })
    .map((bytes) => [(bytes.length - 1) << 2, ...bytes]),
  fc
    .uint8Array({ minLength: 61, maxLength: 90 })
    .map((bytes) => [60 << 2, bytes.length - 1, ...bytes]),
  fc
    .tuple(fc.integer({ min: 4, max: 11 }), fc.integer({ min: 1, max: 30 }))
    .map(([count, offset]) => [1 | ((count - 4) << 2) | ((offset >> 8) << 5), offset & 0xff]),
  fc
    .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 90 }))
    .map(([count, offset]) => [2 | ((count - 1) << 2), offset & 0xff, offset >> 8]),
  fc
    .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 0, max: 20 }))
    .map(([count, offset]) => [3 | ((count - 1) << 2), offset, 0, 0, 0]),
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 3 }),
)

test(`snappy elements become the same bytes, and damage is seen by both (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.array(element, { maxLength: 12 }), fc.integer({ min: -1, max: 1 }), (all, d) => {
      const bytes = all.flat()
      const length = all.reduce((sum, one) => sum + contentOf(one), 0) + (d === 0 ? 0 : d)
      if (length < 0) return
      const [result, twinResult] = onBoth(4096, (kernel, at) => {
        const { u8 } = kernel.memory
        u8.set(bytes, at)
        const out = at + 2048
        u8.fill(0xee, out, out + length + 16)
        const isWhole = kernel.snappyDecode(at, at + bytes.length, out, out + length)
        return [isWhole, ...(isWhole === 1 ? u8.slice(out, out + length) : [])]
      })
      expect(result).toEqual(twinResult)
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

function contentOf([tag = 0, next = 0]: readonly number[]): number {
  if ((tag & 3) === 0) return tag >>> 2 < 60 ? (tag >>> 2) + 1 : next + 1
  return (tag & 3) === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
}

/** Labels, samples and other fields of a series as they stand in a message. */
const labelBytes = fc
  .tuple(fc.constantFrom(1, 7, 20, 130), fc.integer({ min: 0, max: 3 }))
  .map(([length, fill]) => [
    0x0a,
    ...(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]),
    ...Array.from({ length }, () => fill),
  ])
const sampleBytes = fc
  .tuple(
    fc.constantFrom(
      [0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
      [2, 0, 0, 0, 0, 0, 0xf0, 0x7f],
      [1, 2, 3, 4, 5, 6, 0xf8, 0xff],
      [0, 0, 0, 0, 0, 0, 0xf0, 0xff],
    ),
    fc.constantFrom([5], [0x80, 1], [0xc3, 0x9a, 0xe2, 0xd4, 0xff, 0x31]),
  )
  .map(([value, time]) => [0x12, 10 + time.length, 0x09, ...value, 0x10, ...time])
const seriesBytes = fc
  .tuple(
    fc.array(labelBytes, { maxLength: 3 }),
    fc.array(fc.oneof({ weight: 9, arbitrary: sampleBytes }, fc.constant([0x1a, 0])), {
      maxLength: 3,
    }),
  )
  .map(([labels, samples]) => ({ labels: labels.flat(), body: [labels, samples].flat(2) }))

test(`messages are walked alike, known and unknown, whole and damaged (seed ${SEED})`, () => {
  const flip = fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })))
  let samples = 0
  fc.assert(
    fc.property(fc.array(seriesBytes, { maxLength: 8 }), fc.nat(8), flip, (all, known, damage) => {
      const bytes = all.flatMap(({ body }) => [
        0x0a,
        ...(body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7]),
        ...body,
      ])
      if (damage !== null && bytes.length > 0) bytes[damage[0] % bytes.length]! ^= damage[1]
      const [found, twinFound] = onBoth(32_768, (kernel, at) => {
        const { u8, u32, i32 } = kernel.memory
        const [slots, entries, out, labelsAt] = [at + 64, at + 256, at + 1024, at + 4096]
        u32.set([slots, 31, entries, -1, 77, out, out + 256, out + 768, 12, 0], at >>> 2)
        i32.fill(-1, slots >>> 2, (slots >>> 2) + 32)
        let count = 0
        let labelsTo = labelsAt
        for (const { labels } of all.slice(0, known)) {
          u8.set(labels, labelsTo)
          const isThere = kernel.labelsFind(at, labelsTo, labelsTo + labels.length) >= 0
          if (isThere) continue
          i32.set([0, labelsTo, labels.length, -1], (entries >>> 2) + 4 * count)
          expect(kernel.labelsAdd(at, count)).toBe(1)
          expect(kernel.labelsFind(at, labelsTo, labelsTo + labels.length)).toBe(count++)
          labelsTo += labels.length
        }
        const from = at + 16_384
        u8.set(bytes, from)
        // Twice: the second time what came after what is known.
        const walks = [1, 2].map(() => {
          u32[(at >>> 2) + 9] = 0
          const end = kernel.writeWalk(from, from + bytes.length, at)
          const n = u32[(at >>> 2) + 9]!
          samples += n
          return [
            end - from,
            ...u8.slice(out, out + 4 * n),
            ...u8.slice(out + 256, out + 256 + 8 * n),
            ...u8.slice(out + 768, out + 768 + 8 * n),
          ]
        })
        return [count, ...walks]
      })
      expect(found).toEqual(twinFound)
    }),
    { seed: SEED, numRuns: 3_000 },
  )
  expect(samples).toBeGreaterThan(1000)
})
