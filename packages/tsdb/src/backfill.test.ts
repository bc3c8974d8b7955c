import { simWorld } from '@pharos/base/sim'
import { ABSENT, Labels, STALE } from '@pharos/model'
import { expect, test } from 'vitest'
import { Backfill, type BackfillSeries } from './backfill.ts'
import { options, shown } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const HOUR_MS = 3_600_000

function series(labels: Record<string, string>, times: number[], values: number[]): BackfillSeries {
  const column = new Float64Array(values.length)
  values.forEach((value, i) => (column[i] = value))
  return {
    labels: Labels.from(labels),
    read: () => ({ times: Float64Array.from(times), values: column, histograms: new Map() }),
  }
}

test('series with times of their own are a block that a store opens', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const backfill = await Backfill.open(world, '/data')
  const target = { job: 'a', instance: 'b' }
  const info = await backfill.write(
    [
      series({ __name__: 'x', ...target }, [t, t + 1, t + 3], [1, STALE, 3]),
      series({ __name__: 'y', ...target }, [t + 1, t + 2], [0.5, 0.25]),
      series({ __name__: 'alone' }, [t], [7]),
    ],
    t,
    t + HOUR_MS,
  )
  expect(info).toMatchObject({ numSeries: 3, numSamples: 6, minTimeMs: t, maxTimeMs: t + 4 })
  expect(await backfill.write([], t, t + 1)).toBeUndefined()
  await expect(Tsdb.open(world, options())).rejects.toThrow(/lock/)
  await backfill.close()
  const db = await Tsdb.open(world, options())
  expect(await shown(db, t)).toEqual({
    '{__name__="x", instance="b", job="a"}': '0:1 1:stale 3:3',
    '{__name__="y", instance="b", job="a"}': '1:0.5 2:0.25',
    '{__name__="alone"}': '0:7',
  })
  await db.close()
})

test('what the store has itself goes before what was filled in, also after joining', async () => {
  const world = simWorld()
  const t = world.clock.now()
  const db = await Tsdb.open(world, options())
  const labels = { __name__: 'x', job: 'a', instance: 'b' }
  const group = db.group(Labels.from({ job: 'a', instance: 'b' }), 'remote')
  const column = group.column(Labels.from(labels))
  for (const dt of [0, 2, 4]) group.appendSample(t + dt, column, dt)
  await db.sync()
  const disk = world.disk.crash()
  const backfill = await Backfill.open({ ...world, disk }, '/data')
  await backfill.write([series(labels, [t, t + 1, t + 2, t + 9], [-1, -1, -1, -1])], t, t + 10)
  await backfill.close()
  const again = await Tsdb.open({ ...world, disk }, options())
  const expected = { '{__name__="x", instance="b", job="a"}': '0:0 1:-1 2:2 4:4 9:-1' }
  expect(await shown(again, t)).toEqual(expected)
  await world.clock.advance(5 * HOUR_MS)
  await again.maintain()
  await again.maintain()
  expect(await shown(again, t)).toEqual(expected)
  await again.close()
})

test('times that do not ascend are refused, and no block is left', async () => {
  const world = simWorld()
  const backfill = await Backfill.open(world, '/data')
  const bad = series({ __name__: 'x' }, [2, 1], [ABSENT, 1])
  await expect(backfill.write([bad], 0, 10)).rejects.toThrow(/sample 1 at 1 is out of order/)
  expect(await world.disk.list('/data/blocks')).toEqual([])
  await backfill.close()
})
