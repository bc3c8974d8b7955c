// A server and a browser for all tests of one file.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { freePort, pharos, ready, type Running, temporaryDirectory, until } from '../e2e/process.ts'
import { instant } from '../e2e/query.ts'
import { hasBrowser, launch, open, type Look, type Watched } from './browser.ts'

/** Waiting for what a busy machine draws. */
export const SLOW = { timeout: 30_000 } as const

/** Where things are, as a configuration names them. */
interface Addresses {
  /** `127.0.0.1:port` of the server and of its host exporter. */
  readonly own: string
  readonly node: string
}

interface SiteOptions {
  /** Missing: the configuration that `pharos up` has of its own. */
  readonly config?: (at: Addresses) => string
  readonly flags?: readonly string[]
  /** The tests begin when the server has so many samples of this within a minute. */
  readonly seen: readonly [selector: string, samples: number]
}

interface Site {
  readonly base: string
  readonly browser: Browser
  readonly directory: string
  readonly configFile: string
  readonly server: Running
  /** Starts the server again, after it has ended. */
  start(): Promise<void>
  open(look: Look): Promise<Watched>
}

/** Call it once in a file, outside of tests; what it answers is there when the tests run. */
export function siteOf(command: 'server' | 'up', options: SiteOptions): Site {
  let browser: Browser | undefined
  let server: Running | undefined
  let args: readonly string[] = []
  const directory = temporaryDirectory(true)
  const place = { base: '', configFile: join(directory, 'pharos.yml') }
  const start = async (): Promise<void> => {
    server = pharos(args, { lasting: true, cwd: directory })
    await ready(place.base, server)
  }
  beforeAll(async () => {
    if (!hasBrowser) return
    const [port, nodePort] = [await freePort(), await freePort()]
    const at = { own: `127.0.0.1:${port}`, node: `127.0.0.1:${nodePort}` }
    place.base = `http://${at.own}`
    if (options.config !== undefined) writeFileSync(place.configFile, options.config(at))
    args = argsOf(command, options, at, place.configFile, join(directory, 'data'))
    browser = await launch()
    await start()
    await seenOn(place.base, options.seen)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  return {
    get base() {
      return place.base
    },
    get browser() {
      return browser!
    },
    get server() {
      return server!
    },
    directory,
    configFile: place.configFile,
    start,
    open: (look) => open(browser!, place.base, look),
  }
}

function argsOf(
  command: 'server' | 'up',
  options: SiteOptions,
  at: Addresses,
  configFile: string,
  data: string,
): readonly string[] {
  return [
    command,
    ...(options.config === undefined ? [] : [`--config.file=${configFile}`]),
    `--web.listen-address=${at.own}`,
    ...(command === 'up'
      ? [`--node.web.listen-address=${at.node}`, '--pushgateway.web.listen-address=127.0.0.1:0']
      : []),
    `--storage.tsdb.path=${data}`,
    ...(options.flags ?? []),
  ]
}

async function seenOn(base: string, [selector, samples]: SiteOptions['seen']): Promise<void> {
  await until(`${samples} samples of ${selector}`, async () => {
    const query = `max(count_over_time(${selector}[1m]))`
    const answer = await instant(base, query, Date.now() / 1000)
    return Number(answer.data?.result[0]?.value?.[1]) >= samples ? true : undefined
  })
}
