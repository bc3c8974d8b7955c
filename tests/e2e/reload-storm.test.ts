// A hundred reloads, good ones and bad ones, while the store is being cleaned: the last good configuration is in
// force, nobody is scraped twice, and nothing is left behind.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, pharos, ready, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

test('a storm of reloads leaves one configuration, one scrape of each target, and no handle', async () => {
  const directory = temporaryDirectory()
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const file = join(directory, 'prometheus.yml')
  const write = (generation: string): void =>
    writeFileSync(
      file,
      `global: { scrape_interval: 500ms }
scrape_configs:
  - job_name: self
    static_configs: [{ targets: ['127.0.0.1:${port}'], labels: { generation: '${generation}' } }]
    file_sd_configs: [{ files: ['*.json'], refresh_interval: 1s }]
`,
    )
  writeFileSync(join(directory, 'none.json'), '[]')
  write('0')
  const server = pharos([
    'server',
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
    '--web.enable-admin-api',
  ])
  await ready(base, server)
  const metric = async (name: string): Promise<number> => {
    const page = await (await fetch(`${base}/metrics`)).text()
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1])
  }
  const reload = async (): Promise<number> =>
    (await fetch(`${base}/-/reload`, { method: 'POST' })).status
  expect(await reload()).toBe(200)
  const filesBefore = await metric('process_open_fds')

  const statuses: Promise<number>[] = []
  for (let i = 1; i <= 100; i++) {
    if (i % 10 === 5) writeFileSync(file, 'scrape_configs: [{ job_name: ')
    else write(String(i))
    statuses.push(reload())
    if (i % 25 === 0)
      statuses.push(
        fetch(`${base}/api/v1/admin/tsdb/clean_tombstones`, { method: 'POST' }).then(
          ({ status }) => status - 4,
        ),
      )
    // What is wrong is only seen while it is there.
    if (i % 20 === 0 || i % 10 === 5) await Promise.all(statuses.slice(-20))
  }
  const seen = new Set(await Promise.all(statuses))
  expect(seen).toEqual(new Set([200, 500]))

  // A bad file last: the good one before it stays, and says so.
  write('last')
  expect(await reload()).toBe(200)
  expect(await metric('prometheus_config_last_reload_successful')).toBe(1)
  writeFileSync(file, 'scrape_configs: nonsense\n')
  expect(await reload()).toBe(500)
  expect(await metric('prometheus_config_last_reload_successful')).toBe(0)

  const value = async (query: string): Promise<number> => {
    const { data } = await instant(base, query, Date.now() / 1_000)
    return Number(data?.result[0]?.value?.[1])
  }
  await until('scrapes of the last generation', async () =>
    (await value('count_over_time(up{generation="last"}[1m])')) >= 6 ? true : undefined,
  )
  expect(await value('count(up{job="self"})')).toBe(1)
  // One loop, not a hundred: 500 ms apart, whatever happened before.
  expect(await value('count_over_time(up{generation="last"}[2s])')).toBeLessThanOrEqual(4)
  expect(await metric('process_open_fds')).toBeLessThan(filesBefore + 20)
})
