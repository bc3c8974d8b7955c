// A function and its twin get the same memory and must leave the same memory and the same result.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKernel, type Kernel, powersOfFive, twinKernel } from './index.ts'

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
