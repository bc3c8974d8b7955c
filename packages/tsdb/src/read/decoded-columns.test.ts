import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ColumnDecoder } from '../tile/column-decoder.ts'
import type { TileView } from '../tile/tile-view.ts'
import { DecodedColumns } from './decoded-columns.ts'

const SEED = Number(process.env['SEED'] ?? 20_261_129)

/** Tiles of some rows and columns, whose values tell where they are from. */
function tile(number: number, rows: number, columnCount: number): TileView {
  return { times: new Float64Array(rows), columnCount, groupId: number } as unknown as TileView
}

/** Counts what it decodes. */
class CountingDecoder {
  count = 0

  read(view: TileView, column: number, out: Float64Array, at: number): boolean {
    this.count++
    for (let r = 0; r < view.times.length; r++) out[at + r] = valueOf(view, column, r)
    return column % 3 === 0
  }
}

function valueOf(view: TileView, column: number, row: number): number {
  return view.groupId * 1e9 + column * 1e5 + row
}

test(`columns are what the decoder gives, however often and in whatever order (seed ${SEED})`, () => {
  const tiles = Array.from({ length: 12 }, (_, i) => tile(i, 20_000 * (i + 1), 6))
  const ask = fc.record({
    tile: fc.nat(11),
    column: fc.nat(5),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(ask, { minLength: 1, maxLength: 60 }), (asks) => {
      const decoder = new CountingDecoder()
      // Three blocks, so that the ring goes round.
      const columns = new DecodedColumns(decoder as unknown as ColumnDecoder, 3 << 20)
      const whole = new Float64Array(240_000)
      for (const one of asks) {
        const view = tiles[one.tile]!
        const rows = view.times.length
        const from = Math.floor(Math.min(one.from, one.to) * rows)
        const to = Math.floor(Math.max(one.from, one.to) * rows)
        const out = new Float64Array(rows + 5)
        const marked = columns.read(view, one.column, from, to, whole, out, 5)
        expect(marked).toBe(one.column % 3 === 0)
        if (from === to) continue
        expect(out[5]).toBe(valueOf(view, one.column, from))
        expect(out[5 + to - from - 1]).toBe(valueOf(view, one.column, to - 1))
        expect(out[4]).toBe(0)
      }
    }),
    { seed: SEED, numRuns: 50 },
  )
})

test('a column is decoded twice and then no more', () => {
  const decoder = new CountingDecoder()
  const columns = new DecodedColumns(decoder as unknown as ColumnDecoder)
  const view = tile(1, 240, 100)
  const out = new Float64Array(240)
  for (let round = 0; round < 5; round++)
    for (let column = 0; column < 100; column++) columns.read(view, column, 0, 240, out, out, 0)
  expect(decoder.count).toBe(200)
  expect(out[239]).toBe(valueOf(view, 99, 239))
})
