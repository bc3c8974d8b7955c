import { silentLogger } from '@pharos/base'
import { createRealDisk, realWorld } from '@pharos/base/node'
import { parseSelector } from '@pharos/promql'
import { Tsdb } from '@pharos/tsdb'
import { expect, test } from 'vitest'
import { type Ran, ran } from './testing/ran.ts'

// The golden files of the store: blocks, a segment and WAL files, and no server that has them open.
const GOLDEN = new URL('../../tsdb/testdata/v1', import.meta.url).pathname

const run = (...args: string[]): Promise<Ran> => ran(['tsdb', ...args])

test('a whole directory is verified with code 0', async () => {
  expect(await run('verify', GOLDEN)).toEqual({
    code: 0,
    out: expect.stringMatching(
      /^4 files, \d+ tiles of blocks: every checksum is right\n$/,
    ) as string,
    err: '',
  })
})

test('a damaged directory is verified with code 1, and the damage is named', async () => {
  const disk = createRealDisk()
  const copy = `${process.env['TMPDIR'] ?? '/tmp'}/pharos-tsdb-verify-${process.pid}`
  try {
    for (const folder of ['blocks', 'head', 'wal']) {
      await disk.makeDirectory(`${copy}/${folder}`)
      for (const name of await disk.list(`${GOLDEN}/${folder}`)) {
        const bytes = await disk.readFile(`${GOLDEN}/${folder}/${name}`)
        if (folder === 'blocks') bytes[300]! ^= 1
        await disk.writeFileAtomic(`${copy}/${folder}/${name}`, bytes)
      }
    }
    const { code, out } = await run('verify', copy)
    expect(code).toBe(1)
    expect(out).toMatch(
      /^DAMAGED .*\.blk: at byte \d+: checksum of a tile does not match\n4 files, .* 1 damages\n$/,
    )
  } finally {
    await disk.removeTree(copy)
  }
})

test('a deletion is taken back by its matchers, once', async () => {
  const disk = createRealDisk()
  const copy = `${process.env['TMPDIR'] ?? '/tmp'}/pharos-tsdb-undelete-${process.pid}`
  try {
    for (const folder of ['blocks', 'head', 'wal']) {
      await disk.makeDirectory(`${copy}/${folder}`)
      for (const name of await disk.list(`${GOLDEN}/${folder}`)) {
        const bytes = await disk.readFile(`${GOLDEN}/${folder}/${name}`)
        await disk.writeFileAtomic(`${copy}/${folder}/${name}`, bytes)
      }
    }
    const whole = (await run('dump', '--match', 'gauge', copy)).out
    expect(whole.length).toBeGreaterThan(1000)
    const world = { ...realWorld(), log: silentLogger }
    const db = await Tsdb.open(world, {
      path: copy,
      retentionMs: 0,
      retentionBytes: 0,
      minBlockMs: 7_200_000,
      maxBlockMs: 7_200_000,
      walSync: 'interval',
      maxFutureMs: 0,
      outOfOrderMs: 0,
      maxHeadSeries: 0,
      minFreeDiskBytes: 0,
    })
    await db.deleteSeries([parseSelector('gauge')], -1e15, 1e15)
    await db.close()
    expect((await run('dump', '--match', 'gauge', copy)).out).toBe('')
    const undelete = (): Promise<{ code: number; out: string }> =>
      run('undelete', '--match', 'gauge', copy)
    expect(await undelete()).toMatchObject({ code: 0, out: '1 deletions taken back\n' })
    expect((await run('dump', '--match', 'gauge', copy)).out).toBe(whole)
    expect(await undelete()).toMatchObject({ code: 1, out: '0 deletions taken back\n' })
  } finally {
    await disk.removeTree(copy)
  }
})

test('blocks are listed in promtool’s columns', async () => {
  const { code, out } = await run('list', GOLDEN)
  expect(code).toBe(0)
  const [head, block, ...rest] = out.split('\n')
  expect(head).toBe(
    'BLOCK ULID                  MIN TIME       MAX TIME       DURATION     NUM SAMPLES  NUM CHUNKS   NUM SERIES   SIZE',
  )
  expect(block).toMatch(/^[0-9A-Z]{26} {2}1767225600000 {2}\d{13} {2}\S+ +\d+ +\d+ +\d+ +\d+$/)
  expect(rest).toEqual([''])
  expect((await run('list', '-r', GOLDEN)).out).toContain('2026-01-01 00:00:00 +0000 UTC')
})

test('samples are dumped sorted by series, one a line, as promtool does', async () => {
  const { code, out } = await run('dump', '--match', '{__name__=~"gauge|odd"}', GOLDEN)
  expect(code).toBe(0)
  const lines = out.trimEnd().split('\n')
  expect(lines[0]).toBe('{__name__="gauge", instance="a:9100", job="node"} 0 1767225600000')
  expect(lines.some((line) => line.includes('} +Inf '))).toBe(true)
  expect(lines.some((line) => line.includes('} NaN '))).toBe(true)
  const few = await run('dump', '--max-time', '1767225600000', '--match', 'gauge', GOLDEN)
  expect(few.out).toBe(`${lines[0]}\n`)
})

test('the names and labels with most series are told', async () => {
  const { code, out } = await run('analyze', '--limit', '2', GOLDEN)
  expect(code).toBe(0)
  expect(out).toMatch(/^Block ID: [0-9A-Z]{26}\nDuration: \S+\nSeries: \d\nLabel names: \d+\n/)
  expect(out).toMatch(/\nHighest cardinality labels:\n\d __name__\n\d \S+\n\nHighest/)
  const none = await run('analyze', GOLDEN, 'nothing')
  expect([none.code, none.err]).toEqual([1, 'pharos: block nothing not found [tsdb/open]\n'])
})

test('what is no data directory is refused with code 1', async () => {
  const { code, err } = await run('verify', '/nowhere')
  expect([code, err]).toEqual([1, 'pharos: /nowhere: no data directory [tsdb/open]\n'])
  expect((await run('dump', '--min-time', 'x', GOLDEN)).code).toBe(1)
})
