import { simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { TILE_ROWS } from '../limits.ts'
import { options } from '../testing/store.ts'
import { Tsdb } from '../tsdb.ts'
import { OpenTile } from './open-tile.ts'
import { RowMemory } from './row-memory.ts'

function filled(memory: RowMemory, from: number): OpenTile {
  const tile = new OpenTile(0, memory)
  const row = new Float64Array(20)
  for (let r = 0; r < 30; r++) {
    row.fill(from + r)
    tile.append(r, row, new Uint32Array(row.buffer), row.length)
  }
  return tile
}

const valuesOf = (tile: OpenTile): number[] =>
  Array.from({ length: tile.rowCount }, (_, row) => tile.value(row, 7))

test('rows of a retired tile stay as they are while a reader is at work that may have seen them', () => {
  const memory = new RowMemory()
  const tile = filled(memory, 100)
  const before = valuesOf(tile)
  const leave = memory.enter()
  memory.retire(tile)
  const leaveLater = memory.enter()
  filled(memory, 200)
  expect(valuesOf(tile)).toEqual(before)
  leave()
  // The later reader came when the tile was retired already.
  expect(() => tile.value(3, 7)).toThrow(TypeError)
  leaveLater()
})

test('memory of retired rows is taken again', () => {
  const memory = new RowMemory()
  const pieces = new Set([memory.take(20), memory.take(20)])
  memory.retire({ surrender: () => [...pieces] })
  expect(pieces.has(memory.take(20))).toBe(true)
  expect(pieces.has(memory.take(20))).toBe(true)
  expect(pieces.has(memory.take(20))).toBe(false)
})

test('a reader that never ends does not keep every tile', () => {
  const memory = new RowMemory()
  memory.enter()
  let kept = 0
  for (let i = 0; i < 5000; i++) {
    memory.retire({ surrender: () => (kept++, []) })
  }
  expect(kept).toBe(0)
  const leave = memory.enter()
  leave()
  expect(kept).toBe(0)
})

test('a query that began before its tile was sealed reads the values that it saw', async () => {
  const world = simWorld()
  const db = await Tsdb.open(world, options())
  const t = world.clock.now()
  const group = db.group(Labels.from({ job: 'a' }), 'scrape')
  for (let c = 0; c < 10; c++) group.column(Labels.from({ __name__: `m${c}`, job: 'a' }))
  const row = new Float64Array(10)
  const append = (at: number): void => {
    row.fill(at)
    group.appendRow(t + at * 1000, row)
  }
  for (let at = 0; at < 20; at++) append(at)
  const querier = db.querier(t, t + 1e6)
  const hints = {
    startMs: t,
    endMs: t + 1e6,
    stepMs: 0,
    rangeMs: 0,
    func: '',
    grouping: [],
    by: false,
  }
  const { groups } = await querier.select([], hints)
  for (let at = 20; at < 3 * TILE_ROWS; at++) append(at)
  await db.maintain()
  for (let at = 3 * TILE_ROWS; at < 4 * TILE_ROWS; at++) append(at)
  const values = new Float64Array(groups[0]!.times.length)
  groups[0]!.readValues(4, values)
  expect([...values]).toEqual(Array.from({ length: 20 }, (_, at) => at))
  querier.close()
  expect(() => groups[0]!.readValues(4, values)).toThrow(TypeError)
  await db.close()
})
