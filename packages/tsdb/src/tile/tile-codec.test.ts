import { ByteWriter, Pace } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { ABSENT, NORMAL_NAN, STALE } from '@pharos/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sealedPart, sequentialPart } from '../read/part.ts'
import { TileCodec } from './tile-codec.ts'
import { TileView } from './tile-view.ts'
import type { TileSource, TileWriter } from './tile-writer.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)
const codec = new TileCodec()

function sourceOf(columns: readonly Float64Array[]): TileSource {
  const rowCount = columns[0]!.length
  return {
    times: Float64Array.from({ length: rowCount }, (_, row) => 1_000_000 + row * 15_000),
    rowCount,
    columnCount: columns.length,
    isLate: false,
    readColumn: (column, out) => out.set(columns[column]!),
    histograms: () => undefined,
  }
}

async function written(
  writer: TileWriter,
  columns: readonly Float64Array[],
): Promise<{ kept: Int32Array; view: TileView }> {
  const source = sourceOf(columns)
  const pace = new Pace(new SimClock(), 1)
  const kept = await writer.encode(source, pace)
  const out = new ByteWriter()
  await writer.finish(out, 1, 2, source, kept.length, pace)
  return { kept, view: new TileView(out.bytes().slice()) }
}

const bitsOf = (values: Float64Array): BigUint64Array => new BigUint64Array(values.slice().buffer)
const special = fc.constantFrom(ABSENT, STALE, NORMAL_NAN, -0, Infinity, 2 ** 60, 1 / 3)

/** Tiles like those of histograms: columns that follow each other closely, some of them equal, some constant. */
const tiles = fc
  .record({
    rows: fc.integer({ min: 1, max: 140 }),
    kinds: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 45 }),
    steps: fc.array(fc.nat(50), { minLength: 1, maxLength: 30 }),
    spice: fc.array(fc.tuple(fc.nat(44), fc.nat(139), special), { maxLength: 6 }),
  })
  .map(({ rows, kinds, steps, spice }) => {
    let before = new Float64Array(rows)
    const columns = kinds.map((kind, c) => {
      const column = Float64Array.from({ length: rows }, (_, row) => {
        const step = steps[(row + c) % steps.length]!
        if (kind === 0) return c
        if (kind === 1) return row * 15 + step
        if (kind === 2) return before[row]!
        if (kind === 3) return before[row]! + (row % 7 === 0 ? step : 0)
        return kind === 4 ? step / 10 : Math.sin(step)
      })
      return (before = column)
    })
    for (const [c, row, value] of spice) {
      if (c < columns.length && row < rows) columns[c]![row] = value
    }
    return columns
  })

test(`a tile gives back every bit of its columns, read in any order (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(tiles, fc.boolean(), fc.array(fc.nat(44)), async (columns, isHot, order) => {
      const { kept, view } = await written(isHot ? codec.hot : codec.cold, columns)
      const rows = columns[0]!.length
      const all = [...Array.from(kept, (_, i) => i), ...order.filter((i) => i < kept.length)]
      for (const i of all) {
        const out = new Float64Array(rows + 2).fill(7)
        const mayHaveMarkers = codec.decoder.read(view, i, out, 1)
        expect([out[0], out.at(-1)]).toEqual([7, 7])
        const own = out.slice(1, -1)
        expect(bitsOf(own)).toEqual(bitsOf(columns[kept[i]!]!))
        const markers = bitsOf(own).some(
          (bits) => bits === 0x7ff8000000000003n || bits === 0x7ff8000000000002n,
        )
        if (markers) expect(mayHaveMarkers).toBe(true)
      }
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('columns that are equal are stored once', async () => {
  const column = (factor: number): Float64Array =>
    Float64Array.from({ length: 120 }, (_, row) => Math.sin(row) * factor)
  const once = (await written(codec.cold, [column(1)])).view.bytes.length
  const twice = (await written(codec.cold, [column(1), column(1), column(1)])).view.bytes.length
  expect(twice - once).toBeLessThan(8)
})

test('tiles that follow each other do not lend each other columns', async () => {
  const column = (c: number): Float64Array =>
    Float64Array.from({ length: 50 }, (_, row) => row * 100 + ((row * 7) % 5) + c)
  const first = (await written(codec.cold, [column(0), column(1), column(2)])).view
  const second = (await written(codec.cold, [column(5), column(6), column(7)])).view
  const out = new Float64Array(50)
  codec.decoder.read(first, 2, out, 0)
  expect(out).toEqual(column(2))
  codec.decoder.read(second, 2, out, 0)
  expect(out).toEqual(column(7))
  codec.decoder.read(first, 1, out, 0)
  expect(out).toEqual(column(1))
})

test(`damage that keeps its checksum is refused or read, never more (seed ${SEED})`, async () => {
  const columns = Array.from({ length: 12 }, (_, c) =>
    Float64Array.from({ length: 60 }, (__, row) => row * 15 + ((row * c) % 7)),
  )
  const { view } = await written(codec.cold, columns)
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), fc.nat(11), (place, byte, column) => {
      const [start] = view.rangeOf(0)
      const at = start + (place % (view.bytes.length - start))
      const before = view.bytes[at]!
      view.bytes[at] = byte
      try {
        codec.decoder.read(view, column, new Float64Array(60), 0)
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(/^(bytes|tsdb)\//)
      } finally {
        view.bytes[at] = before
      }
    }),
    { seed: SEED, numRuns: 2000 },
  )
})

test(`columns that are read ahead are those that are read alone, in any order (seed ${SEED})`, async () => {
  const reads = fc.record({
    from: fc.nat(140),
    to: fc.nat(140),
    order: fc.array(fc.oneof(fc.constant(-1), fc.nat(44)), { maxLength: 60 }),
  })
  await fc.assert(
    fc.asyncProperty(tiles, reads, async (columns, { from, to, order }) => {
      const { kept, view } = await written(codec.cold, columns)
      const [startMs, endMs] = [1_000_000 + from * 15_000, 1_000_000 + to * 15_000]
      const parts = [sealedPart, sequentialPart].map((of) =>
        of(view, startMs, endMs, codec.decoder),
      )
      const [alone, ahead] = parts
      expect(ahead?.times).toEqual(alone?.times)
      if (alone === undefined || ahead === undefined) return
      let column = 0
      for (const next of order) {
        // −1 goes on with the next one.
        column = (next < 0 ? column + 1 : next) % Math.max(1, kept.length)
        if (kept.length === 0) return
        const [a, b] = [alone, ahead].map((part) => {
          const out = new Float64Array(part.times.length + 2).fill(7)
          return [part.readValues(column, out, 1), ...bitsOf(out)]
        })
        expect(b).toEqual(a)
      }
    }),
    { seed: SEED, numRuns: 200 },
  )
})
