// What a newcomer does: clone, `npm start`, open the page. On the system's own Node, with an empty npm cache.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, ROOT, start, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

/** The system's Node: PATH without what npm puts in front of it. */
function systemPath(): string {
  return (process.env['PATH'] ?? '')
    .split(':')
    .filter((path) => !path.includes('node_modules'))
    .join(':')
}

test('a fresh clone and npm start show live data of this machine', async () => {
  const directory = temporaryDirectory()
  const clone = join(directory, 'pharos')
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${ROOT}`, clone])
  const [port, nodePort] = [await freePort(), await freePort()]
  const startedMs = Date.now()
  const running = start(
    'npm',
    [
      'start',
      '--',
      `--web.listen-address=127.0.0.1:${port}`,
      `--node.web.listen-address=127.0.0.1:${nodePort}`,
      '--pushgateway.web.listen-address=127.0.0.1:0',
      `--storage.tsdb.path=${join(directory, 'data')}`,
    ],
    {
      cwd: clone,
      env: { PATH: systemPath(), npm_config_cache: join(directory, 'cache'), NODE_OPTIONS: '' },
    },
  )
  const base = `http://127.0.0.1:${port}`
  const point = await until(
    'a point of node_memory_MemAvailable_bytes',
    async () => {
      if (running.child.exitCode !== null) throw new Error(running.output())
      const answer = await instant(base, 'node_memory_MemAvailable_bytes', Date.now() / 1000)
      return answer.data?.result[0]?.value
    },
    170_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${running.output()}`)
  })
  console.log(
    `npm start in a fresh clone: first point after ${((Date.now() - startedMs) / 1000).toFixed(1)} s`,
  )
  expect(Number(point[1])).toBeGreaterThan(1e6)
  const page = await fetch(`${base}/`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<div id="root"')
})
