// Pharos, Debian's Prometheus and vmagent as agents in one run: each scrapes the same page and writes to a sink of its own.
// Then each alone, with more than it can take, into a victoria-metrics: what it sustains on this machine, which both share.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProtoReader, snappyDecode } from '@pharos/base'
import { type Bench, cpuSecondsOf, residentMib, type Size } from './measure.ts'
import { hasVictoria, startPeer } from './peers.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MESSAGE_BYTES = 64 << 20

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return (server.address() as AddressInfo).port
}

/** Samples of a request of version 1.0: fields 2 inside of fields 1. */
function samplesIn(body: Uint8Array): number {
  const reader = new ProtoReader(snappyDecode(body, MESSAGE_BYTES))
  let count = 0
  while (reader.next()) {
    const { field } = reader
    if (field !== 1) {
      reader.skip()
      continue
    }
    const outer = reader.enter()
    while (reader.next()) {
      const { field: inner } = reader
      if (inner === 2) count++
      reader.skip()
    }
    reader.leave(outer)
  }
  return count
}

interface Sink {
  readonly port: number
  samples: number
}

async function sinkOf(servers: Server[]): Promise<Sink> {
  const sink = { port: 0, samples: 0 }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      sink.samples += samplesIn(Buffer.concat(chunks))
      response.statusCode = 204
      response.end()
    })
  })
  servers.push(server)
  sink.port = await listening(server)
  return sink
}

/** A page whose every value changes. */
async function pageOf(series: number, servers: Server[]): Promise<number> {
  let page = 0
  const pages = Array.from({ length: 50 }, (_, p) => {
    const lines = Array.from({ length: series }, (_line, i) => `load{i="${i}"} ${p * 17 + i}`)
    return Buffer.from(`${lines.join('\n')}\n`)
  })
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(pages[page++ % pages.length])
  })
  servers.push(server)
  // Each address of the loopback is a target.
  return await listening(server, '0.0.0.0')
}

const AGENTS = {
  pharos: (file: string, data: string, port: number) => [
    join(ROOT, 'node_modules/.bin/node'),
    join(ROOT, 'bin/pharos.mjs'),
    'agent',
    `--config.file=${file}`,
    `--storage.agent.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ],
  prometheus: (file: string, data: string, port: number) => [
    'prometheus',
    '--enable-feature=agent',
    `--config.file=${file}`,
    `--storage.agent.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ],
  vmagent: (file: string, data: string, port: number, sink: number) => [
    'vmagent',
    `-promscrape.config=${file}`,
    '-promscrape.config.strictParse=false',
    `-remoteWrite.url=http://127.0.0.1:${sink}/api/v1/write`,
    `-remoteWrite.tmpDataPath=${data}`,
    `-httpListenAddr=127.0.0.1:${port}`,
  ],
} as const

type AgentName = keyof typeof AGENTS

async function startAgent(
  name: AgentName,
  directory: string,
  addresses: readonly string[],
  sinkPort: number,
): Promise<ChildProcess> {
  const file = join(directory, `${name}.yml`)
  const targets = addresses.map((address) => `'${address}'`).join(', ')
  writeFileSync(
    file,
    `global: {scrape_interval: 500ms, scrape_timeout: 500ms}
scrape_configs: [{job_name: load, static_configs: [{targets: [${targets}]}]}]
${name === 'vmagent' ? '' : `remote_write: [{url: 'http://127.0.0.1:${sinkPort}/api/v1/write', queue_config: {batch_send_deadline: 500ms}}]\n`}`,
  )
  const free = createServer()
  const port = await listening(free)
  free.close()
  const data = join(directory, name)
  const [command = '', ...args]: string[] = AGENTS[name](file, data, port, sinkPort)
  return spawn(command, args, { stdio: 'ignore' })
}

/** Rows that a victoria-metrics took by remote write. */
async function rowsIn(base: string): Promise<number> {
  const page = await (await fetch(`${base}/metrics`)).text()
  const match = /^vm_rows_inserted_total\{type="promremotewrite"\} (\S+)/m.exec(page)
  return Number(match?.[1] ?? 0)
}

/** What an agent sustains that is offered `targets` × `series` samples each half second. */
async function sustained(
  name: AgentName,
  series: number,
  targets: number,
  windowMs: number,
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'pharos-bench-'))
  const servers: Server[] = []
  const victoria = await startPeer('victoria-metrics', 'scrape_configs: []\n')
  let agent: ChildProcess | undefined
  try {
    const page = await pageOf(series, servers)
    const addresses = Array.from({ length: targets }, (_, i) => `127.0.0.${i + 1}:${page}`)
    agent = await startAgent(name, directory, addresses, Number(new URL(victoria.base).port))
    while ((await rowsIn(victoria.base)) < series * targets * 4)
      await new Promise((resolve) => setTimeout(resolve, 200))
    // Lanes and shards are fitted to the load by then.
    await new Promise((resolve) => setTimeout(resolve, windowMs))
    const [rows, cpu, startMs] = [
      await rowsIn(victoria.base),
      cpuSecondsOf(agent.pid!),
      performance.now(),
    ]
    await new Promise((resolve) => setTimeout(resolve, windowMs))
    const taken = (await rowsIn(victoria.base)) - rows
    const seconds = (performance.now() - startMs) / 1000
    const spent = cpuSecondsOf(agent.pid!) - cpu
    return (
      `${name} into victoria-metrics, ${targets * series * 2} samples a second offered: ` +
      `${(taken / seconds).toFixed(0)} samples a second arrive, ${((spent / taken) * 1e6).toFixed(2)} s CPU a million, ${residentMib(agent.pid!).toFixed(0)} MiB resident`
    )
  } finally {
    agent?.kill('SIGKILL')
    await victoria.stop()
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measured(
  names: readonly AgentName[],
  series: number,
  windowMs: number,
): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'pharos-bench-'))
  const servers: Server[] = []
  const children: ChildProcess[] = []
  try {
    const page = await pageOf(series, servers)
    const running = await Promise.all(
      names.map(async (name) => {
        const sink = await sinkOf(servers)
        const addresses = [`127.0.0.1:${page}`]
        const child = await startAgent(name, directory, addresses, sink.port)
        children.push(child)
        return { name, sink, pid: child.pid! }
      }),
    )
    // Started, compiled and warm: what is measured is the steady way of a sample.
    while (running.some(({ sink }) => sink.samples < series * 10))
      await new Promise((resolve) => setTimeout(resolve, 100))
    const before = running.map(({ sink, pid }) => ({
      samples: sink.samples,
      cpu: cpuSecondsOf(pid),
    }))
    const startMs = performance.now()
    await new Promise((resolve) => setTimeout(resolve, windowMs))
    const seconds = (performance.now() - startMs) / 1000
    return running.map(({ name, sink, pid }, i) => {
      const samples = sink.samples - before[i]!.samples
      const cpu = cpuSecondsOf(pid) - before[i]!.cpu
      return (
        `${name}: ${((cpu / samples) * 1e6).toFixed(2)} s CPU a million samples scraped and sent, ` +
        `${(samples / seconds).toFixed(0)} samples a second, ${residentMib(pid).toFixed(0)} MiB resident`
      )
    })
  } finally {
    for (const child of children) child.kill('SIGKILL')
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
    rmSync(directory, { recursive: true, force: true })
  }
}

export const bench: Bench = {
  question: 'What does a sample cost an agent, from the scraped page to the remote endpoint?',
  async run(size: Size) {
    const names = (Object.keys(AGENTS) as AgentName[]).filter(
      (name) => name === 'pharos' || (size === 'full' && existsSync(`/usr/bin/${name}`)),
    )
    if (size === 'smoke') return await measured(names, 100, 500)
    const lines = await measured(names, 5000, 30_000)
    if (!hasVictoria) return lines
    for (const name of names) lines.push(await sustained(name, 5000, 40, 15_000))
    return lines
  },
}
