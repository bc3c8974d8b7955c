// What a stranger may make the server connect to: nothing that the outbound rules deny, whether a target, a page of
// http_sd or a redirect asks for it; and a redirect to another host gets no credentials.
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pharos, ready, temporaryDirectory, until } from './process.ts'

interface Place {
  readonly address: string
  readonly seen: IncomingMessage[]
}

/** Answers a page of targets, or redirects. */
async function place(host: string, answer: (url: string) => string | undefined): Promise<Place> {
  const seen: IncomingMessage[] = []
  const server: Server = createServer((request, response) => {
    seen.push(request)
    const location = answer(request.url ?? '')
    if (location !== undefined) response.writeHead(302, { Location: location }).end()
    else if (request.url === '/targets')
      response
        .setHeader('Content-Type', 'application/json')
        .end(JSON.stringify([{ targets: [inner().address] }]))
    else response.setHeader('Content-Type', 'text/plain').end('inner_value 7\n')
  })
  await new Promise<void>((resolve) => void server.listen(0, host, resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { address: `${host}:${(server.address() as AddressInfo).port}`, seen }
}

let innerPlace: Place | undefined
const inner = (): Place => innerPlace!

const CONFIG = (outer: string, outbound: string): string => `global: { scrape_interval: 200ms }
${outbound}
scrape_configs:
  - job_name: straight
    static_configs: [{ targets: ['${inner().address}'] }]
  - job_name: redirected
    basic_auth: { username: me, password: hidden }
    static_configs: [{ targets: ['${outer}'] }]
  - job_name: listed
    http_sd_configs: [{ url: 'http://${outer}/targets', refresh_interval: 200ms }]
  - job_name: found
    http_sd_configs: [{ url: 'http://${inner().address}/targets', refresh_interval: 200ms }]
`

test('targets, http_sd and redirects reach nothing that is denied; without rules they do, and no credential follows', async () => {
  innerPlace = await place('127.0.0.2', () => undefined)
  const outer = await place('127.0.0.1', (url) =>
    url === '/targets' ? undefined : `http://${inner().address}${url}`,
  )
  const file = join(temporaryDirectory(), 'prometheus.yml')
  writeFileSync(file, CONFIG(outer.address, 'outbound: { deny: [127.0.0.2/32, metadata] }'))
  const port = await freePort()
  const server = pharos([
    'server',
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(temporaryDirectory(), 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base, server)
  const targets = async () => {
    const answer = await fetch(`${base}/api/v1/targets?state=active`)
    const { data } = (await answer.json()) as {
      data: { activeTargets: { scrapePool: string; health: string; lastError: string }[] }
    }
    return new Map(data.activeTargets.map((one) => [one.scrapePool, one]))
  }
  const refused = await until('three refused targets', async () => {
    const found = await targets()
    return found.size === 3 && [...found.values()].every((one) => one.health === 'down')
      ? found
      : undefined
  })
  for (const [pool, { lastError }] of refused)
    expect(lastError, pool).toContain('denied by the outbound rules')
  expect([...refused.keys()].sort()).toEqual(['listed', 'redirected', 'straight'])
  expect(inner().seen).toEqual([])
  expect(outer.seen.some(({ headers }) => headers.authorization !== undefined)).toBe(true)

  // A reload that forgets the rules lets all of them through.
  writeFileSync(file, CONFIG(outer.address, ''))
  expect((await fetch(`${base}/-/reload`, { method: 'POST' })).status).toBe(200)
  await until('four good targets', async () => {
    const found = await targets()
    return found.size === 4 && [...found.values()].every((one) => one.health === 'up')
      ? true
      : undefined
  })
  expect(inner().seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])

  // And one that brings them back breaks the connections that are kept alive.
  writeFileSync(file, CONFIG(outer.address, 'outbound: { deny: [127.0.0.2] }'))
  expect((await fetch(`${base}/-/reload`, { method: 'POST' })).status).toBe(200)
  await until('the straight one to be refused', async () =>
    (await targets()).get('straight')?.lastError.includes('denied') === true ? true : undefined,
  )
})
