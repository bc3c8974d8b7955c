// Late samples as they were written when their records and the flag of their tiles were made: in a segment and in the log.
// Made anew only when the format changes: `GOLDEN=write npx --no -- vitest run packages/tsdb/src/late-golden.test.ts`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { SimDisk, simWorld } from '@pharos/base/sim'
import { Labels } from '@pharos/model'
import { expect, test } from 'vitest'
import { options, shown } from './testing/store.ts'
import { Tsdb } from './tsdb.ts'

const FOLDER = new URL('../testdata/late/', import.meta.url)
const START_MS = 1_767_225_600_000
const KEY = Labels.from({ job: 'node' })
const X = Labels.from({ __name__: 'x', job: 'node' })
const settings = options({ outOfOrderMs: 3_600_000 })

async function written(): Promise<SimDisk> {
  const world = simWorld({ startMs: START_MS })
  const db = await Tsdb.open(world, settings)
  const append = (store: Tsdb, dt: number, value: number): void => {
    const group = store.group(KEY, 'remote')
    expect(group.appendSample(START_MS + dt, group.column(X), value)).toBe(0)
  }
  append(db, 0, 1)
  append(db, -2000, 2)
  append(db, -1000, 3)
  await db.close()
  const second = await Tsdb.open(world, settings)
  append(second, 1000, 4)
  append(second, -1500, 5)
  await second.sync()
  return world.disk.crash()
}

if (process.env['GOLDEN'] === 'write') {
  const disk = await written()
  for (const folder of ['wal', 'head']) {
    mkdirSync(new URL(folder, FOLDER), { recursive: true })
    for (const name of disk.listSync(`/data/${folder}`)) {
      const bytes = await disk.readFile(`/data/${folder}/${name}`)
      writeFileSync(new URL(`${folder}/${name}`, FOLDER), bytes)
    }
  }
}

test('late samples of a segment and of the log are read as they were written', async () => {
  const disk = new SimDisk()
  for (const folder of ['wal', 'head', 'blocks']) await disk.makeDirectory(`/data/${folder}`)
  for (const folder of ['wal', 'head']) {
    const names = readdirSync(new URL(folder, FOLDER))
    expect(names.length, folder).toBeGreaterThan(0)
    for (const name of names) {
      const bytes = readFileSync(new URL(`${folder}/${name}`, FOLDER))
      await disk.writeFileAtomic(`/data/${folder}/${name}`, bytes)
    }
  }
  const db = await Tsdb.open(simWorld({ startMs: START_MS + 60_000, disk }), settings)
  expect(await shown(db, START_MS)).toEqual({
    '{__name__="x", job="node"}': '-2000:2 -1500:5 -1000:3 0:1 1000:4',
  })
  await db.close()
})
