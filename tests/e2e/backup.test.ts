// A server is backed up while it runs; what is restored answers queries as it did.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, NODE, PHAROS, pharos, ready, run, temporaryDirectory } from './process.ts'

const NOW = Math.floor(Date.now() / 1000)

async function serverOn(data: string): Promise<string> {
  const port = await freePort()
  const file = join(temporaryDirectory(), 'pharos.yml')
  writeFileSync(file, 'scrape_configs: []\n')
  const running = pharos([
    'server',
    `--config.file=${file}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-admin-api',
    '--web.enable-remote-write-receiver',
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base, running)
  return base
}

async function push(base: string, offset: number): Promise<void> {
  const lines = Array.from({ length: 50 }, (_, s) =>
    Array.from(
      { length: 20 },
      (__, i) => `m_${s % 5}{s="${s}"} ${offset + s * i} ${(NOW - 600 + offset + i) * 1000}`,
    ).join('\n'),
  )
  const body = `${lines.join('\n')}\n`
  const answer = await fetch(`${base}/api/v1/import/prometheus`, { method: 'POST', body })
  expect([answer.status, await answer.text()]).toEqual([204, ''])
}

async function answersOf(base: string): Promise<string[]> {
  const queries = [
    '{__name__=~".+"}[1h]',
    'sum by (__name__) (rate({__name__=~"m_.*"}[20m]))',
    'count(m_1)',
  ]
  return await Promise.all(
    queries.map(async (query) => {
      const url = `${base}/api/v1/query?time=${NOW}&query=${encodeURIComponent(query)}`
      return await (await fetch(url)).text()
    }),
  )
}

test('a running server is backed up twice, and both are restored', async () => {
  const [data, place] = [join(temporaryDirectory(), 'data'), join(temporaryDirectory(), 'backups')]
  const base = await serverOn(data)
  const backup = (...args: string[]) => run(NODE, [PHAROS, 'backup', ...args])
  const expected: string[][] = []
  const names: string[] = []
  for (const offset of [0, 100]) {
    await push(base, offset)
    expected.push(await answersOf(base))
    const { code, output } = await backup('create', data, place, `--server=${base}`)
    expect([code, output]).toEqual([0, expect.stringMatching(/^\S+: \d+ files, \d+ bytes;/)])
    names.push(output.slice(0, output.indexOf(':')))
  }
  expect(expected[0]).not.toEqual(expected[1])
  for (const [i, name] of names.entries()) {
    const restored = join(temporaryDirectory(), 'restored')
    const { code, output } = await backup('restore', place, restored, `--name=${name}`)
    expect([code, output]).toEqual([0, expect.stringContaining('0 damages')])
    expect(await answersOf(await serverOn(restored))).toEqual(expected[i])
  }
})
