// `pharos backup`: data directories into a directory or an S3-compatible store, and back. A server goes on meanwhile: it makes a
// snapshot by hard links, which is backed up and removed.
import { OutsideError, UserError, type World } from '@pharos/base'
import { realWorld } from '@pharos/base/node'
import { createHttpClient, type HttpClient } from '@pharos/http'
import { ReadOnlyTsdb } from '@pharos/tsdb'
import type { Command } from 'commander'
import {
  type BackupList,
  createBackup,
  listBackups,
  restoreBackup,
  verifyBackup,
} from './backup-archive.ts'
import { type BackupStore, storeOf } from './backup-store.ts'
import type { Terminal } from './terminal.ts'

interface StoreFlags {
  readonly s3Endpoint?: string
  readonly s3Region?: string
}

interface CreateFlags extends StoreFlags {
  readonly server?: string
}

interface NameFlags extends StoreFlags {
  readonly name?: string
}

interface BackupWorld {
  readonly world: World
  readonly client: HttpClient
  readonly store: BackupStore
}

export function fillBackup(
  backup: Command,
  terminal: Terminal,
  done: (code: number) => void,
): void {
  const within = async (
    place: string,
    { s3Endpoint, s3Region }: StoreFlags,
    work: (at: BackupWorld) => Promise<number>,
  ): Promise<void> => {
    const world = realWorld({ level: 'error', format: 'logfmt' })
    const client = createHttpClient(world)
    const flags = {
      ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
      ...(s3Region === undefined ? {} : { region: s3Region }),
    }
    try {
      const store = storeOf(place, flags, terminal.environment, world, client)
      done(await work({ world, client, store }))
    } finally {
      client.close()
    }
  }
  const command = (name: string, description: string): Command =>
    backup
      .command(name)
      .description(description)
      .option('--s3-endpoint <url>', 'of the store; AWS_ENDPOINT_URL, or that of AWS')
      .option('--s3-region <name>', 'AWS_REGION, or us-east-1')
  command('create', 'back up a data directory')
    .argument('<directory>', 'data directory; with --server that of the server')
    .argument('<place>', 'a directory, or s3://bucket/prefix')
    .option('--server <url>', 'a server that has it open, with --web.enable-admin-api')
    .action((directory: string, place: string, flags: CreateFlags) =>
      within(place, flags, (at) => create(at, directory, flags.server, terminal)),
    )
  command('list', 'show the backups of a place')
    .argument('<place>')
    .action((place: string, flags: StoreFlags) =>
      within(place, flags, ({ store }) => list(store, terminal)),
    )
  command('verify', 'read a backup and compare every checksum')
    .argument('<place>')
    .option('--name <backup>', 'which; the newest when missing')
    .action((place: string, flags: NameFlags) =>
      within(place, flags, async ({ store }) => {
        const found = await wanted(store, flags.name)
        await verifyBackup(store, found)
        terminal.write(`${found.name}: ${found.files.length} files, every checksum is right\n`)
        return 0
      }),
    )
  command('restore', 'make a data directory of a backup, and compare every checksum')
    .argument('<place>')
    .argument('<directory>', 'new or empty')
    .option('--name <backup>', 'which; the newest when missing')
    .action((place: string, directory: string, flags: NameFlags) =>
      within(place, flags, (at) => restore(at, directory, flags.name, terminal)),
    )
}

async function create(
  { world, client, store }: BackupWorld,
  directory: string,
  server: string | undefined,
  terminal: Terminal,
): Promise<number> {
  const { disk, clock, random } = world
  const nowMs = clock.now()
  const back = async (from: string, name: string): Promise<number> => {
    const counts = await createBackup(disk, from, store, name, nowMs)
    terminal.write(
      `${name}: ${counts.files} files, ${counts.bytes} bytes; ${counts.sentPieces} of ${counts.pieces} pieces were new, ${counts.sentBytes} bytes\n`,
    )
    return 0
  }
  if (server !== undefined) {
    const name = await snapshotOf(client, server)
    const snapshot = `${directory}/snapshots/${name}`
    if ((await disk.stat(snapshot)) === undefined)
      throw new UserError(
        'flag/invalid',
        `${snapshot} is not there: is ${directory} the data directory of ${server}, on this machine?`,
      )
    try {
      return await back(snapshot, name)
    } finally {
      await disk.removeTree(snapshot)
    }
  }
  const lock = await disk.lock(`${directory}/lock`)
  try {
    const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
    return await back(directory, `${time}-${Buffer.from(random.bytes(8)).toString('hex')}`)
  } finally {
    await lock.release()
  }
}

/** Has a server make a snapshot. @returns its name */
async function snapshotOf(client: HttpClient, server: string): Promise<string> {
  const url = `${server.replace(/\/+$/, '')}/api/v1/admin/tsdb/snapshot`
  const answer = await client.request({ url, method: 'POST', timeoutMs: 600_000 })
  const text = new TextDecoder().decode(answer.body)
  answer.release()
  if (answer.status !== 200)
    throw new OutsideError('backup/snapshot', `${url}: ${answer.statusText}: ${text.slice(0, 200)}`)
  const name = /"name":"([\w-]+)"/.exec(text)?.[1]
  if (name === undefined)
    throw new OutsideError('backup/snapshot', `${url} names no snapshot: ${text.slice(0, 200)}`)
  return name
}

async function list(store: BackupStore, terminal: Terminal): Promise<number> {
  for (const { name, createdMs, files } of await listBackups(store)) {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    const time = new Date(createdMs).toISOString()
    terminal.write(`${name}  ${time}  ${files.length} files  ${bytes} bytes\n`)
  }
  return 0
}

async function restore(
  { world, store }: BackupWorld,
  directory: string,
  name: string | undefined,
  terminal: Terminal,
): Promise<number> {
  const { disk, clock } = world
  const found = await wanted(store, name)
  await restoreBackup(disk, store, found, directory)
  const db = await ReadOnlyTsdb.open({ disk, clock }, directory)
  try {
    const tiles = db.verify()
    for (const { file, what } of db.damages) terminal.write(`DAMAGED ${file}: ${what}\n`)
    terminal.write(
      `${found.name}: ${found.files.length} files in ${directory}, ${tiles} tiles of blocks, ${db.damages.length} damages\n`,
    )
    return db.damages.length === 0 ? 0 : 1
  } finally {
    db.close()
  }
}

async function wanted(store: BackupStore, name: string | undefined): Promise<BackupList> {
  const all = await listBackups(store)
  const found = name === undefined ? all.at(-1) : all.find((one) => one.name === name)
  if (found !== undefined) return found
  const known = all.map((one) => one.name).join(', ')
  throw new UserError(
    'backup/unknown',
    name === undefined ? 'there is no backup' : `${name}: no such backup; there are: ${known}`,
  )
}
