// RT-53: a server with a million series in its head starts again, after a stop and after kill -9. Ready means ready to
// answer; what is limited is the CPU time until then, which other programs on the machine do not lengthen.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { silentLogger } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { Labels } from '@pharos/model'
import { AppendOutcome, Tsdb } from '@pharos/tsdb'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pharos, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

const GROUPS = 100
const SERIES_A_GROUP = 10_000
const ROWS = 4
const INTERVAL_MS = 15_000
const READY_CPU_SECONDS = 5

/** Fills a data directory, and copies it as a kill would leave it before it is closed. */
async function fill(path: string, killed: string): Promise<void> {
  const world = { ...realWorld(), log: silentLogger }
  const tsdb = await Tsdb.open(world, {
    path,
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 7_200_000,
    maxBlockMs: 64_800_000,
    walSync: 'interval',
    maxFutureMs: 0,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  const startMs = Date.now() - ROWS * INTERVAL_MS
  const row = new Float64Array(SERIES_A_GROUP)
  for (let g = 0; g < GROUPS; g++) {
    const key = { job: 'load', instance: `host-${g}:9100` }
    const group = tsdb.group(Labels.from(key), 'scrape')
    for (let c = 0; c < SERIES_A_GROUP; c++) {
      const name = `load_${c % 100}_total`
      group.column(Labels.from({ __name__: name, ...key, route: `r${c}`, pod: `p${g % 10}` }))
    }
    for (let step = 0; step < ROWS; step++) {
      for (let c = 0; c < row.length; c++) row[c] = step * c + g
      expect(group.appendRow(startMs + step * INTERVAL_MS, row)).toBe(AppendOutcome.ok)
    }
    await tsdb.sync()
  }
  cpSync(path, killed, { recursive: true })
  rmSync(join(killed, 'lock'), { force: true, recursive: true })
  await tsdb.close()
}

function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** A target that says when it was first asked. */
async function target(): Promise<{ port: number; firstAskedMs: () => number | undefined }> {
  let first: number | undefined
  const server = createServer((_, response) => {
    first ??= performance.now()
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end('up_again 1\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, firstAskedMs: () => first }
}

test('a million series: ready within 5 s of work after a stop and after kill -9, scraped within an interval', async () => {
  const directory = temporaryDirectory()
  const paths = { 'a stop': join(directory, 'stopped'), 'kill -9': join(directory, 'killed') }
  await fill(paths['a stop'], paths['kill -9'])
  for (const [what, path] of Object.entries(paths)) {
    const { port, firstAskedMs } = await target()
    const configFile = join(directory, 'prometheus.yml')
    writeFileSync(
      configFile,
      `global: {scrape_interval: ${INTERVAL_MS / 1000}s}
scrape_configs: [{job_name: again, static_configs: [{targets: ['127.0.0.1:${port}']}]}]
`,
    )
    const own = await freePort()
    const base = `http://127.0.0.1:${own}`
    const startedMs = performance.now()
    const server = pharos([
      'server',
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${path}`,
      `--web.listen-address=127.0.0.1:${own}`,
    ])
    const isReady = async (): Promise<true | undefined> =>
      (await fetch(`${base}/-/ready`)).ok ? true : undefined
    await until(`ready after ${what}`, isReady, 120_000)
    const readyMs = performance.now() - startedMs
    const cpuSeconds = cpuSecondsOf(server.child.pid!)
    const { data } = await instant(base, `count({job="load"})`, Date.now() / 1000)
    expect(data?.result[0]?.value?.[1]).toBe(String(GROUPS * SERIES_A_GROUP))
    const askedMs = await until('a scrape', async () => firstAskedMs(), 60_000)
    console.log(
      `${GROUPS * SERIES_A_GROUP} series after ${what}: ready in ${(readyMs / 1000).toFixed(1)} s (${cpuSeconds.toFixed(1)} s CPU), first scrape ${((askedMs - startedMs) / 1000).toFixed(1)} s after the start`,
    )
    expect(cpuSeconds, what).toBeLessThan(READY_CPU_SECONDS)
    expect(askedMs - startedMs, what).toBeLessThan(readyMs + INTERVAL_MS + 1000)
    await server.stop()
  }
})
