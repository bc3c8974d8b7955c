import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { realClock, createRealDisk } from '@pharos/base/node'
import { createHostExporter } from '@pharos/host'
import { type Bench, cpuNsPerItem, cpuSecondsOf, residentMib, type Size } from './measure.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const REFERENCE = '/usr/bin/prometheus-node-exporter'

interface Cost {
  readonly cpuMs: number
  readonly mib: number
  readonly bytes: number
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Resident memory of a Node that serves an empty page, MiB: what nobody who runs under Node gets below. */
async function bareNodeMib(): Promise<number> {
  const script = `require('node:http').createServer((_, response) => response.end()).listen(0, '127.0.0.1', () => console.log())`
  const child = spawn('node_modules/.bin/node', ['--max-semi-space-size=1', '-e', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    await once(child.stdout, 'data')
    await realClock.sleep(500)
    return residentMib(child.pid!)
  } finally {
    child.kill()
    await once(child, 'exit')
  }
}

/** CPU of the process for each of so many scrapes, one after the other, and its memory behind them. */
async function costOf(command: string, args: readonly string[], scrapes: number): Promise<Cost> {
  const port = await freePort()
  const child = spawn(command, [...args, `--web.listen-address=127.0.0.1:${port}`], {
    cwd: ROOT,
    stdio: 'ignore',
  })
  try {
    const url = `http://127.0.0.1:${port}/metrics`
    const scrape = async (): Promise<number> => (await (await fetch(url)).arrayBuffer()).byteLength
    for (let tries = 0; ; tries++) {
      const isUp = await scrape().catch(() => undefined)
      if (isUp !== undefined) break
      if (tries > 600) throw new Error(`${command} did not answer`)
      await realClock.sleep(100)
    }
    // So that what is compiled on the way is compiled.
    for (let i = 0; i < 50; i++) await scrape()
    const before = cpuSecondsOf(child.pid!)
    let bytes = 0
    for (let i = 0; i < scrapes; i++) bytes = await scrape()
    const cpuMs = ((cpuSecondsOf(child.pid!) - before) * 1000) / scrapes
    return { cpuMs, mib: residentMib(child.pid!), bytes }
  } finally {
    child.kill()
    await once(child, 'exit')
  }
}

const told = (name: string, { cpuMs, mib, bytes }: Cost): string =>
  `${name}: ${cpuMs.toFixed(2)} ms CPU a scrape, ${mib.toFixed(0)} MiB resident, page of ${(bytes / 1024).toFixed(0)} KiB`

export const bench: Bench = {
  question: "What does a scrape of the host cost, beside Debian's node_exporter?",
  async run(size: Size) {
    const exporter = createHostExporter({ disk: createRealDisk(), clock: realClock })
    const ns = cpuNsPerItem(1, size === 'smoke' ? 1 : 50, () => {
      if (!exporter.text().includes('node_memory_MemTotal_bytes')) throw new Error('no memory')
    })
    const lines = [`the page alone, without HTTP: ${(ns / 1e6).toFixed(2)} ms CPU`]
    if (size === 'smoke') return lines
    const own = await costOf('node_modules/.bin/node', ['bin/pharos.mjs', 'node'], 500)
    lines.push(
      told('pharos node', own),
      `bare Node: ${(await bareNodeMib()).toFixed(0)} MiB resident`,
    )
    if (!existsSync(REFERENCE)) return [...lines, 'the reference is not installed']
    const reference = await costOf(REFERENCE, [], 500)
    lines.push(
      told('node_exporter', reference),
      `ratio: CPU ${(own.cpuMs / reference.cpuMs).toFixed(2)}, memory ${(own.mib / reference.mib).toFixed(2)}`,
    )
    return lines
  },
}
