// Real processes for end-to-end tests: started on free ports, watched, and always ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))
export const NODE: string = join(ROOT, 'node_modules/.bin/node')
export const PHAROS: string = join(ROOT, 'bin/pharos.mjs')

export interface Running {
  readonly child: ChildProcess
  /** Both streams so far. */
  output(): string
  /** Resolves with the exit code, 128 + signal number style left to Node: null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** SIGTERM, then SIGKILL after five seconds. */
  stop(): Promise<void>
}

/** Starts a program; it is stopped when the test that started it has finished, unless `lasting`. */
export function start(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; lasting?: boolean } = {},
): Running {
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const exited = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => resolve(code))
    child.on('error', (error) => {
      chunks.push(Buffer.from(String(error)))
      resolve(127)
    })
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), 5000)
    await exited
    clearTimeout(force)
  }
  if (options.lasting !== true) onTestFinished(stop)
  return { child, output: () => Buffer.concat(chunks).toString('utf8'), exited, stop }
}

/** Starts `pharos …` under Node 24. */
export function pharos(
  args: readonly string[],
  options: { lasting?: boolean; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Running {
  return start(NODE, [PHAROS, ...args], options)
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}

// Below the range from which the kernel takes ports for connections, and a part of it for each of vitest's processes:
// nobody takes a port between the look and its use.
const PORTS = 4000
const FIRST_PORT = 10_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 5) * PORTS
let nextPort = Math.floor(Math.random() * PORTS)

export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS; tried++) {
    const port = FIRST_PORT + (nextPort++ % PORTS)
    if (await canListen(port)) return port
  }
  throw new Error(`no free port from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1}`)
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer()
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, () => resolve(true))
  })
  if (isFree) await new Promise((resolve) => server.close(resolve))
  return isFree
}

/** A new directory that goes with the test. */
export function temporaryDirectory(lasting = false): string {
  const path = mkdtempSync(join(tmpdir(), 'pharos-e2e-'))
  if (!lasting) onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Polls until `probe` gives something, or throws with what it last saw. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const end = Date.now() + timeoutMs
  let last = ''
  while (Date.now() < end) {
    try {
      const value = await probe()
      if (value !== undefined) return value
    } catch (error) {
      last = String(error)
    }
    await pause(50)
  }
  throw new Error(`waited ${timeoutMs} ms for ${what}; last: ${last}`)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export async function ready(url: string, running: Running, timeoutMs = 30_000): Promise<void> {
  await until(
    `${url}/-/ready`,
    async () => {
      if (running.child.exitCode !== null) throw new Error(`ended early: ${running.output()}`)
      const answer = await fetch(`${url}/-/ready`)
      return answer.ok ? true : undefined
    },
    timeoutMs,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${running.output()}`)
  })
}
