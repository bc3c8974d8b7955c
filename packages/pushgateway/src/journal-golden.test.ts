// The journal as docs/format/pushgateway-journal.md draws it: one of every kind of record, written and read.
// Made anew only when the format changes: `GOLDEN=write npx --no -- vitest run packages/pushgateway/src/journal-golden.test.ts`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { silentLogger } from '@pharos/base'
import { SimClock, SimDisk } from '@pharos/base/sim'
import type { MetricFamily } from '@pharos/exposition'
import { expect, test } from 'vitest'
import { GroupStore } from './group-store.ts'
import { groupsJson } from './groups-json.ts'

const FOLDER = new URL('../testdata/', import.meta.url)
const CHANGED = new URL('changes.journal', FOLDER)
const REWRITTEN = new URL('rewritten.journal', FOLDER)
const PATH = '/data/push.journal'
const START_MS = 1_767_225_600_000

const gauge = (name: string, ...values: number[]): MetricFamily => ({
  name,
  type: 'gauge',
  metrics: values.map((value, i) => ({ labels: ['n', String(i)], value })),
})
const histogram: MetricFamily = {
  name: 'seconds',
  help: 'Time "taken".',
  type: 'histogram',
  metrics: [
    {
      labels: [],
      histogram: {
        count: 3,
        sum: 2.5,
        buckets: [
          { upperBound: 1, count: 2 },
          { upperBound: Infinity, count: 3 },
        ],
      },
    },
  ],
}

async function open(disk: SimDisk, clock = new SimClock(START_MS)): Promise<GroupStore> {
  return GroupStore.open({
    clock,
    disk,
    log: silentLogger,
    journalPath: PATH,
    isChecked: true,
    ownTypes: new Map(),
  })
}

/** Every kind of record but `group`. */
async function changed(): Promise<SimDisk> {
  const [disk, clock] = [new SimDisk(), new SimClock(START_MS)]
  const store = await open(disk, clock)
  const push = (labels: readonly string[], replaces: boolean, ...families: MetricFamily[]) =>
    store.push({ labels, families, replaces, aggregate: undefined, ttlMs: 90_000_000 })
  const a = ['job', 'a', 'zone', '北京']
  await push(a, true, gauge('odd', NaN, -Infinity, -0, 1e-9), histogram)
  await clock.advance(1_000)
  await push(a, false, gauge('even', 2))
  await push(['job', 'b'], true, gauge('gone', 1))
  await clock.advance(1_000)
  const timed = { ...gauge('timed', 1), metrics: [{ labels: [], value: 1, timestampMs: 5 }] }
  await expect(push(a, false, timed)).rejects.toThrow('timestamps')
  await store.delete([['job', 'b']])
  await store.close()
  return disk
}

async function diskWith(file: URL): Promise<SimDisk> {
  const disk = new SimDisk()
  await disk.makeDirectory('/data')
  await disk.writeFileAtomic(PATH, readFileSync(file))
  return disk
}

/** One `group` record: what is left when a journal with a damaged end is opened. */
async function rewritten(): Promise<SimDisk> {
  const disk = await changed()
  const bytes = await disk.readFile(PATH)
  await disk.writeFileAtomic(PATH, Buffer.concat([bytes, Buffer.from('x')]))
  await (await open(disk)).close()
  return disk
}

const bytesOf = async (disk: SimDisk): Promise<string> =>
  Buffer.from(await disk.readFile(PATH)).toString('latin1')

if (process.env['GOLDEN'] === 'write') {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(CHANGED, await (await changed()).readFile(PATH))
  writeFileSync(REWRITTEN, await (await rewritten()).readFile(PATH))
}

test('a journal is byte by byte what it was: changes, and what is written anew', async () => {
  expect(await bytesOf(await changed())).toBe(readFileSync(CHANGED, 'latin1'))
  expect(await bytesOf(await rewritten())).toBe(readFileSync(REWRITTEN, 'latin1'))
})

test('journals of changes, and written anew, are read as what was pushed', async () => {
  for (const file of [CHANGED, REWRITTEN]) {
    const store = await open(await diskWith(file))
    const [group, ...others] = store.groups()
    expect(others).toEqual([])
    expect(group).toMatchObject({
      labels: ['job', 'a', 'zone', '北京'],
      pushedMs: START_MS + 1_000,
      failedMs: START_MS + 2_000,
      ttlMs: 90_000_000,
    })
    const odd = group!.families.get('odd')!
    expect(odd.atMs).toBe(START_MS)
    expect(odd.family.metrics.map(({ value }) => value)).toEqual([NaN, -Infinity, -0, 1e-9])
    expect(group!.families.get('seconds')!.family).toMatchObject({
      help: 'Time "taken".',
      metrics: [{ histogram: histogram.metrics[0]!.histogram }],
    })
    expect(group!.families.get('even')!.atMs).toBe(START_MS + 1_000)
    expect(groupsJson(store)).toContain('"last_push_successful":false')
    await store.close()
  }
})
