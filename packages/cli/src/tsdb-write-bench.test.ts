import { createRealDisk } from '@pharos/base/node'
import { expect, onTestFinished, test } from 'vitest'
import { type Ran, ran } from './testing/ran.ts'

const disk = createRealDisk()

const run = (...args: string[]): Promise<Ran> => ran(['promtool', 'tsdb', ...args])

function temporary(): string {
  const path = `${process.env['TMPDIR'] ?? '/tmp'}/pharos-write-bench-${process.pid}`
  onTestFinished(() => disk.removeTree(path))
  return path
}

test('every sample of the benchmark is in the store afterwards', async () => {
  const out = temporary()
  const bench = await run('bench', 'write', '--metrics=20', '--scrapes=5', `--out=${out}`)
  expect(bench.code).toBe(0)
  expect(bench.out).toMatch(
    /^>> start stage=readData\n>> completed stage=readData duration=\S+s\n>> start stage=ingestScrapes\n[^]* > total samples: 100\n > samples\/sec: [\d.]+\n/,
  )
  expect((await run('dump', `${out}/storage`)).out.trim().split('\n')).toHaveLength(100)
})

test('labels come from a file, and a line that is none is told', async () => {
  const out = temporary()
  await disk.makeDirectory(out)
  const file = `${out}/labels`
  const write = (text: string): Promise<void> =>
    disk.writeFileAtomic(file, new TextEncoder().encode(text))
  await write('{"__name__":"a","x":"1"}\n\n{"__name__":"b"}\n')
  await run('bench', 'write', '--scrapes=1', `--out=${out}`, file)
  expect((await run('dump', `${out}/storage`)).out).toMatch(
    /^\{__name__="a", x="1"\} \S+ \d+\n\{__name__="b"\} \S+ \d+\n$/,
  )
  await write('{"__name__":"a"}\nb\n')
  const wrong = await run('bench', 'write', `--out=${out}`, file)
  expect([wrong.code, wrong.err]).toEqual([
    1,
    `pharos: ${file}:2: labels want JSON, {"__name__":"x"} [tsdb/backfill]\n`,
  ])
})

test('how full chunks are is told of blocks of Prometheus only', async () => {
  const golden = new URL('../../tsdb/testdata/v1', import.meta.url).pathname
  const { code, err } = await run('analyze', '--extended', golden)
  expect([code, err]).toEqual([
    1,
    expect.stringContaining('--extended is for blocks of Prometheus'),
  ])
})
