// Services with their health checks, and what relabelling did to each target, from a real server and the built-in registry.
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { realWorld } from '@pharos/base/node'
import { registerService, type Registration } from '@pharos/registry'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, pharos, ready, type Running, temporaryDirectory, until } from '../e2e/process.ts'
import { type RunningRegistry, startRegistry } from '../e2e/registries.ts'
import { axe, hasBrowser, launch, lookName, LOOKS, open, overflow, picture } from './browser.ts'

let server: Running | undefined
let registry: RunningRegistry | undefined
let service: Server | undefined
let browser: Browser | undefined
let base = ''
const registrations: Registration[] = []
const world = realWorld({ level: 'error' })

beforeAll(async () => {
  if (!hasBrowser) return
  const directory = temporaryDirectory(true)
  registry = await startRegistry(directory)
  service = createServer((request, response) => {
    if (request.url === '/sick') response.writeHead(503).end()
    else response.setHeader('Content-Type', 'text/plain').end('good 1\n')
  })
  await new Promise<void>((resolve) => void service!.listen(0, '127.0.0.1', resolve))
  const { port: own } = service.address() as AddressInfo
  const routes = ['/users/:id', '/orders', '/orders/:id/items'].map((path) => ({
    path,
    method: 'GET',
  }))
  for (const [name, id, health, port] of [
    ['orders', '1', 'http:/well interval=1s', own],
    ['orders', '2', 'http:/sick interval=1s', own],
    ['users', '1', '', await freePort()],
    ['internal', '1', 'tcp', own],
  ] as const)
    registrations.push(
      registerService(
        { id, name, host: '127.0.0.1', port, routes, metadata: health === '' ? {} : { health } },
        { endpoints: [registry.url], world },
      ),
    )
  const file = join(directory, 'prometheus.yml')
  writeFileSync(
    file,
    `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: services
    etcd_sd_configs: [{ endpoints: ['${registry.url}'] }]
    relabel_configs:
      - { source_labels: [__meta_service_name], target_label: service }
      - { source_labels: [service], regex: internal, action: drop }
      - { source_labels: [__meta_service_name, __meta_service_id], separator: '-', target_label: instance }
      - { regex: nothing_.*, action: labeldrop }
`,
  )
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  server = pharos(
    [
      'server',
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { lasting: true },
  )
  browser = await launch()
  await ready(base, server)
  await until('a critical check', async () => {
    const text = await (await fetch(`${base}/api/v1/services`)).text()
    return text.includes('"critical"') && text.includes('"health":"down"') ? true : undefined
  })
})

afterAll(async () => {
  await browser?.close()
  await Promise.all(registrations.map((one) => one.close()))
  await server?.stop()
  await registry?.stop()
  service?.close()
  service?.closeAllConnections()
})

for (const look of LOOKS) {
  test.skipIf(!hasBrowser)(`services and relabelling are told: ${lookName(look)}`, async () => {
    const { context, page, faults } = await open(browser!, base, look)
    const wrong: string[] = []
    const check = async (name: string): Promise<void> => {
      await picture(page, `${name}-${lookName(look)}`)
      wrong.push(...(await axe(page)).map((text) => `${name}: ${text}`))
      const px = await overflow(page)
      if (px > 0) wrong.push(`${name}: ${px} px wider than the window`)
      const text = await page.locator('main').innerText()
      if (/undefined|NaN|\[object/.test(text)) wrong.push(`${name}: shows no value`)
    }
    await page.goto(`${base}/services`)
    const main = page.locator('main')
    await main.getByText(/^(Critical|严重)$/).waitFor()
    await main
      .getByText(/^(Passing|通过)$/)
      .first()
      .waitFor()
    await main.getByText(/503 Service Unavailable/).waitFor()
    await check('services')
    await page.goto(`${base}/service-discovery`)
    const dropped = main.locator('tr', { hasText: /relabel_configs\[1\]/ })
    await dropped.getByRole('button').click()
    await dropped.getByText(/^(Dropped here|在此被丢弃)$/).waitFor()
    const kept = main.locator('tr', { hasText: 'instance=orders-1' })
    await kept.getByRole('button').click()
    await kept
      .getByText(/^(no change|无变化)$/)
      .first()
      .waitFor()
    await check('relabel-steps')
    await context.close()
    expect([...wrong, ...faults]).toEqual([])
  })
}
