// Registries as processes: ours, and Debian's etcd.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, pharos, start, until } from './process.ts'
import type { Running } from './process.ts'

export interface RunningRegistry {
  readonly url: string
  readonly running: Running
  stop(): Promise<void>
}

/** Starts `pharos registry`; port 0 takes a free one. Stop it yourself. */
export async function startRegistry(
  directory: string,
  port = 0,
  args: readonly string[] = [],
): Promise<RunningRegistry> {
  const at = port === 0 ? await freePort() : port
  const url = `http://127.0.0.1:${at}`
  const running = pharos(
    [
      'registry',
      `--web.listen-address=127.0.0.1:${at}`,
      `--storage.path=${join(directory, 'registry')}`,
      ...args,
    ],
    { lasting: true },
  )
  await answering(`${url}/health`, running)
  return { url, running, stop: () => running.stop() }
}

/** Starts Debian's etcd. Stop it yourself. */
export async function startEtcd(
  directory: string,
  port = 0,
  args: readonly string[] = [],
): Promise<RunningRegistry> {
  const [at, peer] = [port === 0 ? await freePort() : port, await freePort()]
  const data = join(directory, 'etcd')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const url = `http://127.0.0.1:${at}`
  const running = start(
    '/usr/bin/etcd',
    [
      `--data-dir=${data}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      ...args,
    ],
    { lasting: true },
  )
  await answering(`${url}/health`, running)
  return { url, running, stop: () => running.stop() }
}

async function answering(url: string, running: Running): Promise<void> {
  await until(url, async () => {
    if (running.child.exitCode !== null) throw new Error(`ended early: ${running.output()}`)
    const answer = await fetch(url)
    return answer.ok ? true : undefined
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${running.output()}`)
  })
}

/** Starts a cluster of three of Debian's etcd. Stop each yourself. */
export async function startCluster(directory: string): Promise<readonly RunningRegistry[]> {
  const ports = await Promise.all(Array.from({ length: 6 }, freePort))
  const names = ['a', 'b', 'c']
  const peerUrl = (i: number): string => `http://127.0.0.1:${ports[3 + i]!}`
  const members = names.map((name, i) => {
    const url = `http://127.0.0.1:${ports[i]!}`
    const data = join(directory, name)
    mkdirSync(data, { recursive: true, mode: 0o700 })
    const running = start(
      '/usr/bin/etcd',
      [
        `--name=${name}`,
        `--data-dir=${data}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peerUrl(i)}`,
        `--initial-advertise-peer-urls=${peerUrl(i)}`,
        `--initial-cluster=${names.map((one, k) => `${one}=${peerUrl(k)}`).join(',')}`,
      ],
      { lasting: true },
    )
    return { url, running, stop: () => running.stop() }
  })
  await Promise.all(members.map((one) => answering(`${one.url}/health`, one.running)))
  return members
}
