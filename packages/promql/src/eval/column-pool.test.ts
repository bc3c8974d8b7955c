import { expect, test } from 'vitest'
import { ColumnPool } from './column-pool.ts'
import { POOLED_BYTES_MAX } from './limits.ts'
import { MemoryMeter } from './memory-meter.ts'

test('what was given back is taken again by whoever wants about as much, by one at a time', () => {
  const pool = new ColumnPool()
  const first = pool.take(1_000_000)
  expect(first.byteLength).toBeGreaterThanOrEqual(1_000_000)
  pool.give(first)
  expect(pool.take(500_000)).not.toBe(first)
  expect(pool.take(1_040_000)).toBe(first)
  expect(pool.take(1_040_000)).not.toBe(first)
})

test('no more is kept than its limit', () => {
  const pool = new ColumnPool()
  const rooms = Array.from({ length: 5 }, () => pool.take(POOLED_BYTES_MAX / 4))
  for (const room of rooms) pool.give(room)
  const again = rooms.map(() => pool.take(POOLED_BYTES_MAX / 4))
  expect(again.filter((room) => rooms.includes(room))).toHaveLength(4)
})

test('a column goes back when its operator is done, unless it is the result, and the result’s with the answer', () => {
  const pool = new ColumnPool()
  const meter = new MemoryMeter(0, pool)
  const size = 100_000
  const before = meter.mark()
  const input = meter.takeColumn(size)
  const result = meter.takeColumn(size)
  meter.settle(before, result.byteLength, result.buffer)
  expect(meter.current).toBe(8 * size)
  const other = new MemoryMeter(0, pool)
  expect(other.takeColumn(size).buffer).toBe(input.buffer)
  expect(other.takeColumn(size).buffer).not.toBe(result.buffer)
  meter.giveAllBut(new Set([result.buffer]))
  expect(other.takeColumn(size).buffer).not.toBe(result.buffer)
  meter.giveAllBut(new Set())
  // Twice is as good as once.
  meter.giveAllBut(new Set())
  expect(other.takeColumn(size).buffer).toBe(result.buffer)
  expect(other.takeColumn(size).buffer).not.toBe(result.buffer)
})
