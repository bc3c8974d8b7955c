// Targets that mean harm, or are broken in a way that costs: each is down with its reason, under the limits that hold when
// nobody configures any, and the one beside them is scraped as if they were not there.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, pharos, ready, temporaryDirectory, until } from './process.ts'
import { instant } from './query.ts'

/** 256 MiB of a comment in 256 KiB. */
const BOMB = gzipSync(Buffer.alloc(256 * 1024 * 1024, '#'))

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const body =
  (text: string | Buffer): Answer =>
  (_request, response) =>
    void response.end(text)

const TARGETS: Readonly<Record<string, readonly [answer: Answer, error: RegExp]>> = {
  '/never-ends': [
    (_request, response) => void response.write('a 1\n'),
    /context deadline exceeded/,
  ],
  '/trickles': [
    (_request, response) => {
      const timer = setInterval(() => response.write('#'), 100)
      response.on('close', () => clearInterval(timer))
    },
    /context deadline exceeded/,
  ],
  '/endless': [
    (_request, response) => {
      const block = Buffer.alloc(1024 * 1024, '#')
      const more = (): void => {
        while (!response.destroyed && response.write(block));
      }
      response.on('drain', more)
      more()
    },
    /body size limit exceeded|context deadline exceeded/,
  ],
  '/bomb': [
    (_request, response) => {
      response.setHeader('Content-Encoding', 'gzip')
      response.end(BOMB)
    },
    /body size limit exceeded|context deadline exceeded/,
  ],
  '/odd-packing': [
    (_request, response) => {
      response.setHeader('Content-Encoding', 'gzip')
      response.end(brotliCompressSync(Buffer.from('a 1\n')))
    },
    /gzip|header|invalid/,
  ],
  '/loop': [
    (request, response) => void response.writeHead(302, { Location: request.url }).end(),
    /stopped after 10 redirects|context deadline exceeded/,
  ],
  '/long-value': [body(`a{b="${'x'.repeat(10_000_000)}"} 1\n`), /label_value_length_limit/],
  '/long-name': [body(`a{${'b'.repeat(1_000_000)}="x"} 1\n`), /label_name_length_limit/],
  '/many-labels': [
    body(`a{${Array.from({ length: 10_000 }, (_, i) => `l${i}="x"`).join(',')}} 1\n`),
    /label_limit/,
  ],
  '/no-utf8': [body(Buffer.from('a{b="\xff\xfe"} 1\n', 'latin1')), /invalid|UTF-8/i],
  '/nul': [body('a\0b 1\n'), /./],
  '/prototype': [body('a{__proto__="x",constructor="y"} 1\na{__proto__="x" 1\n'), /./],
}

async function startTargets(): Promise<number> {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    const target = TARGETS[request.url ?? '']
    if (target === undefined) response.end('good 1\n')
    else target[0](request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

test('whatever a target sends, it alone is down, and says why', async () => {
  const target = await startTargets()
  const directory = temporaryDirectory()
  const paths = [...Object.keys(TARGETS), '/good']
  const jobs = paths.map(
    (path) => `  - job_name: ${path.slice(1)}
    metrics_path: ${path}
    static_configs: [{ targets: ['127.0.0.1:${target}'] }]
`,
  )
  const file = join(directory, 'prometheus.yml')
  writeFileSync(file, `global: { scrape_interval: 5s }\nscrape_configs:\n${jobs.join('')}`)
  const port = await freePort()
  const server = pharos([
    'server',
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  const base = `http://127.0.0.1:${port}`
  await ready(base, server)
  const targets = async () => {
    const answer = await fetch(`${base}/api/v1/targets?state=active`)
    const { data } = (await answer.json()) as {
      data: { activeTargets: { scrapePool: string; health: string; lastError: string }[] }
    }
    return data.activeTargets
  }
  // On a busy machine a target's time can be up before its mistake is found; the next scrape tells.
  const missing = new Set(Object.keys(TARGETS))
  const wrong: string[] = []
  await until(
    'the reason of every target',
    async () => {
      for (const { scrapePool, health, lastError } of await targets()) {
        if (TARGETS[`/${scrapePool}`]?.[1].test(lastError) === true)
          missing.delete(`/${scrapePool}`)
        if (scrapePool !== 'good' && health === 'up') wrong.push(`${scrapePool} is up`)
      }
      if (missing.size > 0) throw new Error([...missing].join(' '))
      return true
    },
    90_000,
  )
  expect(wrong).toEqual([])
  // Nothing of a failed body was kept, and the good one goes on being scraped.
  const now = async (query: string): Promise<number> => {
    const { data } = await instant(base, query, Date.now() / 1_000)
    return Number(data?.result[0]?.value?.[1])
  }
  await until('another scrape of the good one', async () =>
    (await now('count_over_time(good[1m])')) > 1 ? true : undefined,
  )
  expect(await now('sum(up)')).toBe(1)
  expect(await now('count(a)')).toBeNaN()
  const page = await (await fetch(`${base}/metrics`)).text()
  const resident = Number(/^process_resident_memory_bytes (\S+)$/m.exec(page)?.[1])
  expect(resident).toBeLessThan(1_500_000_000)
})
