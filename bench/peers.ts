// The peers that benchmarks measure us against: Debian's prometheus and alertmanager and our own, each as a process on
// a free port with the same configuration.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export const hasPrometheus: boolean = existsSync('/usr/bin/prometheus')

export const hasVictoria: boolean = existsSync('/usr/bin/victoria-metrics')

export const hasAlertmanager: boolean = existsSync('/usr/bin/prometheus-alertmanager')

export type PeerName =
  | 'prometheus'
  | 'pharos'
  | 'victoria-metrics'
  | 'alertmanager'
  | 'pharos-alertmanager'

export interface Peer {
  readonly name: PeerName
  readonly base: string
  readonly pid: number
  /** ms from start to ready. */
  readonly readyMs: number
  readonly directory: string
  stop(): Promise<void>
  /** kill -9; the directory stays. */
  kill(): Promise<void>
}

/** Starts a peer on its own directory, or on `directory` with what lies in `data/` there. `more`: further flags. */
export async function startPeer(
  name: PeerName,
  config: string,
  directory: string = mkdtempSync(join(tmpdir(), `bench-${name}-`)),
  more: readonly string[] = [],
): Promise<Peer> {
  const port = await freePort()
  const [command, args] = commandOf(name, config, directory, port)
  const startedMs = performance.now()
  const child = spawn(command, [...args, ...more], { stdio: 'ignore' })
  // A benchmark that fails must not leave it behind.
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  const base = `http://127.0.0.1:${port}`
  await untilReady(base, child)
  return {
    name,
    base,
    pid: child.pid!,
    readyMs: performance.now() - startedMs,
    directory,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
    kill: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
}

function commandOf(
  name: PeerName,
  config: string,
  directory: string,
  port: number,
): [command: string, args: string[]] {
  const configFile = join(directory, 'prometheus.yml')
  writeFileSync(configFile, config)
  if (name === 'victoria-metrics') {
    const flags = [
      `-promscrape.config=${configFile}`,
      '-search.latencyOffset=0s',
      `-storageDataPath=${join(directory, 'data')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=10y',
      '-search.disableCache',
      '-search.maxUniqueTimeseries=1000000',
    ]
    return ['victoria-metrics', flags]
  }
  const ours = join(ROOT, 'node_modules/.bin/node')
  const program = join(ROOT, 'bin/pharos.mjs')
  if (name === 'alertmanager' || name === 'pharos-alertmanager') {
    const flags = [
      `--config.file=${configFile}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]
    return name === 'alertmanager'
      ? ['/usr/bin/prometheus-alertmanager', [...flags, '--cluster.listen-address=']]
      : [ours, [program, 'alertmanager', ...flags]]
  }
  const flags = [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  if (name === 'prometheus') return ['prometheus', flags]
  return [ours, [program, 'server', ...flags]]
}

async function untilReady(base: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 6000; i++) {
    if (child.exitCode !== null) throw new Error(`${base} ended with ${child.exitCode}`)
    const isReady = await fetch(`${base}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`${base} did not become ready in time`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
