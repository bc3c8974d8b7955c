// Members of a cluster as processes, a page that notes who scrapes it, a hook that notes who mails, and a proxy in front of etcd
// that can be cut and slowed.
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createTcp,
  type Server,
  type Socket,
} from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort, pharos, ready, type Running } from './process.ts'

export const INTERVAL_MS = 1000
export const LEASE_MS = 4000

interface Scrape {
  readonly atMs: number
  readonly target: string
  readonly member: string
}

interface Mail {
  readonly atMs: number
  readonly member: string
  readonly alert: string
}

export interface Watched {
  readonly port: number
  readonly scrapes: Scrape[]
  readonly mails: Mail[]
}

/** Targets `/t/N` and hooks `/hook/MEMBER`, with what came to them. */
export async function watched(): Promise<Watched> {
  const scrapes: Scrape[] = []
  const mails: Mail[] = []
  const server = createServer((request, response) => {
    const atMs = performance.now()
    const url = request.url ?? ''
    if (url.startsWith('/t/')) {
      scrapes.push({ atMs, target: url, member: String(request.headers['x-member']) })
      response.setHeader('content-type', 'text/plain; version=0.0.4')
      response.end(`x ${scrapes.length}\n`)
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { status, commonLabels } = JSON.parse(Buffer.concat(chunks).toString()) as {
        status: string
        commonLabels: Record<string, string>
      }
      const member = url.replace('/hook/', '')
      if (status === 'firing') mails.push({ atMs, member, alert: commonLabels['alertname'] ?? '' })
      response.end()
    })
  })
  const port = await listening(server)
  onTestFinished(() => server.closeAllConnections())
  return { port, scrapes, mails }
}

export interface Proxy {
  readonly url: string
  isCut: boolean
  delayMs: number
}

/** In front of one etcd. Cut: what is open is closed, what comes is closed at once. */
export async function proxyTo(target: string): Promise<Proxy> {
  const { port } = new URL(target)
  const sockets = new Set<Socket>()
  const state = { delayMs: 0, cut: false }
  const server = createTcp((near) => {
    if (state.cut) {
      near.destroy()
      return
    }
    const far = connect(Number(port), '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('data', (bytes: Buffer) => {
        if (state.delayMs === 0) to.write(bytes)
        else setTimeout(() => to.write(bytes), state.delayMs)
      })
    }
  })
  const url = `http://127.0.0.1:${await listening(server)}`
  onTestFinished(() => {
    for (const one of sockets) one.destroy()
  })
  return {
    url,
    get isCut() {
      return state.cut
    },
    set isCut(isCut: boolean) {
      state.cut = isCut
      if (isCut) for (const one of sockets) one.destroy()
    },
    get delayMs() {
      return state.delayMs
    },
    set delayMs(delayMs: number) {
      state.delayMs = delayMs
    },
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

export interface MemberProcess {
  readonly id: string
  readonly url: string
  running: Running
  start(): Promise<void>
}

const RULE_GROUPS = 5

/** Rules that fire at once: one alert a group, and those in `more`. */
export function rulesText(more: readonly string[] = []): string {
  const groups = Array.from({ length: RULE_GROUPS }, (_, i) => `g${i}`)
  return `groups:\n${[
    ...groups.map((name) => [name, `First_${name}`] as const),
    ...more.map((name) => [name, `Later_${name}`] as const),
  ]
    .map(
      ([name, alert]) =>
        `  - {name: ${name}, interval: 500ms, rules: [{alert: ${alert}, expr: vector(1)}]}\n`,
    )
    .join('')}`
}

export async function memberOf(
  id: string,
  directory: string,
  page: Watched,
  targets: number,
  etcd: readonly string[],
  /** Further sections of its prometheus.yml. */
  more = '',
): Promise<MemberProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const paths = Array.from({ length: targets }, (_, i) => i)
  writeFileSync(
    join(directory, `${id}.yml`),
    `global: {scrape_interval: ${INTERVAL_MS}ms, scrape_timeout: ${INTERVAL_MS}ms}
rule_files: [rules.yml]
cluster:
  name: test
  id: ${id}
  url: ${url}
  etcd: [${etcd.map((one) => `'${one}'`).join(', ')}]
  lease: ${LEASE_MS}ms
  shard: true
scrape_configs:
  - job_name: t
    http_headers: {X-Member: {values: [${id}]}}
    relabel_configs:
      - {source_labels: [n], target_label: __metrics_path__, replacement: '/t/$1'}
    static_configs:
${paths.map((n) => `      - {targets: ['127.0.0.1:${page.port}'], labels: {n: '${n}'}}\n`).join('')}${more}`,
  )
  writeFileSync(
    join(directory, `${id}-alerts.yml`),
    `route: {receiver: hook, group_by: [alertname], group_wait: 500ms, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: 'http://127.0.0.1:${page.port}/hook/${id}', send_resolved: false}]}]
`,
  )
  const run = (): Running =>
    pharos([
      'server',
      `--config.file=${join(directory, `${id}.yml`)}`,
      `--storage.tsdb.path=${join(directory, id)}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--alertmanager.config.file=${join(directory, `${id}-alerts.yml`)}`,
    ])
  const member: MemberProcess = {
    id,
    url,
    running: run(),
    start: async () => {
      member.running = run()
      await ready(url, member.running)
    },
  }
  return member
}

/** Longest time between two scrapes of one target from `fromMs` on, until `toMs`. */
export function longestGapMs(page: Watched, targets: number, fromMs: number, toMs: number): number {
  let longest = 0
  for (let n = 0; n < targets; n++) {
    let lastMs = fromMs
    for (const { atMs, target } of page.scrapes) {
      if (target !== `/t/${n}` || atMs < fromMs || atMs > toMs) continue
      longest = Math.max(longest, atMs - lastMs)
      lastMs = atMs
    }
    longest = Math.max(longest, toMs - lastMs)
  }
  return longest
}

/**
 * Longest time that two members did the same thing in turns: from the first time that one did it between two times of
 * another, until that stopped.
 * @param stepMs  how often each does it
 */
export function longestOverlapMs(
  events: readonly { readonly atMs: number; readonly what: string; readonly member: string }[],
  stepMs: number,
): number {
  let longest = 0
  for (const all of Map.groupBy(events, ({ what }) => what).values()) {
    const last = new Map<string, number>()
    let [sinceMs, untilMs] = [0, -Infinity]
    for (const { atMs, member } of all) {
      const ownMs = last.get(member) ?? -Infinity
      const others = [...last].filter(([other, otherMs]) => other !== member && otherMs > ownMs)
      if (others.length > 0 && atMs - ownMs < 2.5 * stepMs) {
        const between = Math.min(...others.map(([, otherMs]) => otherMs))
        if (between - untilMs > 2.5 * stepMs) sinceMs = between
        untilMs = atMs
        longest = Math.max(longest, untilMs - sinceMs)
      }
      last.set(member, atMs)
    }
  }
  return longest
}
