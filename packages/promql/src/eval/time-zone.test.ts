import { SimClock } from '@pharos/base/sim'
import { expect, test } from 'vitest'
import { createEngine } from '../engine.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { TimeZone } from './time-zone.ts'

const FLAG = 'promql-time-zones'

async function valueAt(query: string, time: string, features = [FLAG]): Promise<number> {
  const engine = createEngine(new MemoryStore(), {
    lookbackMs: 300_000,
    timeoutMs: 1000,
    maxSamples: 1000,
    defaultSubqueryStepMs: 60_000,
    features: new Set(features),
    clock: new SimClock(),
  })
  const { result } = await engine.instant(query, Date.parse(time))
  if (result.type === 'scalar') return result.value
  return result.type === 'vector' ? result.series[0]!.value : NaN
}

/** The last second before and the first after each change of the clocks; offsets in minutes. */
const CHANGES: readonly (readonly [string, string, number, number])[] = [
  ['Europe/Warsaw', '2024-03-31T01:00:00Z', 60, 120],
  ['Europe/Warsaw', '2024-10-27T01:00:00Z', 120, 60],
  ['Europe/London', '2025-03-30T01:00:00Z', 0, 60],
  ['America/New_York', '2024-03-10T07:00:00Z', -300, -240],
  ['America/New_York', '2024-11-03T06:00:00Z', -240, -300],
  ['America/Sao_Paulo', '2019-02-17T02:00:00Z', -120, -180],
  ['Australia/Lord_Howe', '2024-04-06T15:00:00Z', 660, 630],
  ['Australia/Lord_Howe', '2024-10-05T15:30:00Z', 630, 660],
  ['Asia/Kathmandu', '1985-12-31T18:30:00Z', 330, 345],
  ['Asia/Pyongyang', '2018-05-04T15:00:00Z', 510, 540],
  ['Africa/Casablanca', '2024-03-10T02:00:00Z', 60, 0],
  ['Pacific/Apia', '2011-12-30T10:00:00Z', -600, 840],
  ['Europe/Moscow', '2014-10-25T22:00:00Z', 240, 180],
  ['UTC', '2024-03-31T01:00:00Z', 0, 0],
]

test('clocks change in the second in which they do', () => {
  for (const [name, at, before, after] of CHANGES) {
    const zone = new TimeZone(name)
    const seconds = Date.parse(at) / 1000
    const offsets = [seconds - 1, seconds].map((one) => zone.offsetSeconds(one) / 60)
    expect(offsets, `${name} ${at}`).toEqual([before, after])
  }
})

test('parts of a date are those of the zone', async () => {
  const at = '2024-12-31T23:30:00Z'
  const check = async (query: string, value: number) =>
    expect(await valueAt(query, at), query).toBe(value)
  await check('hour(vector(time()), "Europe/Warsaw")', 0)
  await check('minute(vector(time()), "Asia/Kolkata")', 0)
  await check('day_of_month(vector(time()), "Europe/Warsaw")', 1)
  await check('day_of_week(vector(time()), "Europe/Warsaw")', 3)
  await check('day_of_year(vector(time()), "Europe/Warsaw")', 1)
  await check('days_in_month(vector(time()), "Pacific/Auckland")', 31)
  await check('month(vector(time()), "Europe/Warsaw")', 1)
  await check('year(vector(time()), "Europe/Warsaw")', 2025)
  await check('year(vector(time()), "America/New_York")', 2024)
  await check('hour(vector(time()))', 23)
  await check('hour()', 23)
  await check('timezone_offset("Europe/Warsaw")', 3600)
  await check('hour(vector(time() + timezone_offset("Europe/Warsaw")))', 0)
})

test('a range query sees the change of the clocks', async () => {
  const engine = createEngine(new MemoryStore(), {
    lookbackMs: 300_000,
    timeoutMs: 1000,
    maxSamples: 1000,
    defaultSubqueryStepMs: 60_000,
    features: new Set([FLAG]),
    clock: new SimClock(),
  })
  const startMs = Date.parse('2024-03-30T23:00:00Z')
  const query =
    'hour(vector(time()), "Europe/Warsaw") + 100 * timezone_offset("Europe/Warsaw") / 3600'
  const { result } = await engine.range(query, startMs, startMs + 4 * 3600_000, 3600_000)
  expect(result.type === 'matrix' && [...result.series[0]!.values]).toEqual([
    100, 101, 203, 204, 205,
  ])
})

test('what is no zone, no text or not switched on is refused', async () => {
  const at = '2024-01-01T00:00:00Z'
  await expect(valueAt('hour(vector(0), "Warsaw")', at)).rejects.toThrow(
    'unknown time zone "Warsaw"',
  )
  await expect(valueAt('hour(vector(0), 1)', at)).rejects.toThrow('expected type string')
  await expect(valueAt('hour(vector(0), "UTC")', at, [])).rejects.toThrow(
    'expected at most 1 argument(s) in call to "hour", got 2',
  )
  await expect(valueAt('timezone_offset("UTC")', at, [])).rejects.toThrow(
    'unknown function with name "timezone_offset"',
  )
  expect(await valueAt('hour(vector(NaN), "Europe/Warsaw")', at)).toBe(
    await valueAt('hour(vector(NaN))', at),
  )
})
