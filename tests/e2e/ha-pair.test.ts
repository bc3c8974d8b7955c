// Two servers that scrape the same target, one of them killed for a while: when it is back it has what it missed from the other.
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pause, pharos, ready, temporaryDirectory, until } from './process.ts'
import { api, instant } from './query.ts'

const SERIES = 200
const AWAY_MS = 12_000

async function target(): Promise<number> {
  const startMs = Date.now()
  const server = createServer((_request, response) => {
    const count = Date.now() - startMs
    const lines = Array.from({ length: SERIES }, (_, i) => `c_total{i="${i}"} ${count + i}`)
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(`# TYPE c_total counter\n${lines.join('\n')}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('one of a pair is killed: after it is back its answers have no gap, no second sample and no reset', async () => {
  const directory = temporaryDirectory()
  const page = await target()
  const ports = [await freePort(), await freePort()]
  const urls = ports.map((port) => `http://127.0.0.1:${port}`)
  const run = (i: number) => {
    const file = join(directory, `${i}.yml`)
    writeFileSync(
      file,
      `global: {scrape_interval: 1s, external_labels: {cluster: shop, replica: r${i}}}
cluster: {peers: ['${urls[1 - i]}'], backfill: 10m}
scrape_configs: [{job_name: app, static_configs: [{targets: ['127.0.0.1:${page}']}]}]
`,
    )
    return pharos([
      'server',
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, `data${i}`)}`,
      `--web.listen-address=127.0.0.1:${ports[i]!}`,
    ])
  }
  const running = [run(0), run(1)]
  await Promise.all(urls.map((url, i) => ready(url, running[i]!)))
  const startMs = Date.now()
  await until('some scrapes', async () => {
    const { data } = await instant(
      urls[0]!,
      'count_over_time(c_total{i="0"}[1m])',
      Date.now() / 1000,
    )
    return Number(data?.result[0]?.value?.[1] ?? 0) >= 5 ? true : undefined
  })
  running[0]!.child.kill('SIGKILL')
  await pause(AWAY_MS)
  running[0] = run(0)
  await ready(urls[0]!, running[0])
  await until('the gap to be filled', async () =>
    running[0]!.output().includes('is filled from a peer') ? true : undefined,
  )
  const endMs = Date.now()
  const query = `c_total[${Math.ceil((endMs - startMs) / 1000)}s]`
  const { data } = await api(urls[0]!, 'query', { query, time: String(endMs / 1000) })
  expect(data!.result.length).toBe(SERIES)
  let longestMs = 0
  for (const { values } of data!.result) {
    // However late scrapes are, each interval has one: no sample came from both.
    expect(values!.length).toBeLessThanOrEqual(Math.ceil((endMs - startMs) / 1000) + 2)
    for (let i = 1; i < values!.length; i++) {
      const stepMs = (values![i]![0] - values![i - 1]![0]) * 1000
      longestMs = Math.max(longestMs, stepMs)
      expect(stepMs).toBeGreaterThan(200)
      expect(Number(values![i]![1])).toBeGreaterThan(Number(values![i - 1]![1]))
    }
  }
  const seconds = Math.ceil((endMs - startMs) / 1000)
  const resets = await instant(urls[0]!, `sum(resets(c_total[${seconds}s]))`, endMs / 1000)
  console.log(
    `away ${AWAY_MS} ms, longest step afterwards ${longestMs.toFixed()} ms, ${SERIES} series`,
  )
  expect(resets.data!.result[0]!.value![1]).toBe('0')
  // An interval, one more where the two meet, and as much again for a machine that scrapes late.
  expect(longestMs).toBeLessThanOrEqual(3_100)
}, 90_000)
