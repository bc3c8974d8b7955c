// Backups of data directories. Files of the store never change, so a piece of one that was backed up once is not sent again:
//
//   pieces/<sha-256>        at most 16 MiB of a file, found by what is in it
//   backups/<name>.json     {"version":1,"createdMs":…,"files":[{"path":"blocks/….blk","bytes":…,"pieces":["<sha-256>",…]}]}
//
// The list is written last: a backup that has one is whole. What is restored is compared with every checksum.
import { createHash } from 'node:crypto'
import { type Disk, OutsideError, UserError } from '@pharos/base'
import type { BackupStore } from './backup-store.ts'

const PIECE_BYTES = 16 << 20
/** What a data directory is made of; the lock and what was set aside are not. */
const FOLDERS = ['blocks', 'head', 'wal'] as const
const TOMBSTONES = 'tombstones'
const NAME = /^\d{8}T\d{6}Z-[0-9a-f]{16}$/
const PATH = /^(tombstones|(blocks|head|wal)\/[\w.-]+)$/

interface BackedFile {
  readonly path: string
  readonly bytes: number
  readonly pieces: readonly string[]
}

export interface BackupList {
  readonly name: string
  readonly createdMs: number
  readonly files: readonly BackedFile[]
}

/** What was done. */
interface BackupCounts {
  readonly files: number
  readonly bytes: number
  readonly pieces: number
  /** Pieces that were not there before. */
  readonly sentPieces: number
  readonly sentBytes: number
}

/**
 * Backs up a data directory or a snapshot of one, in which nothing changes meanwhile.
 * @param name  as snapshots are named
 */
export async function createBackup(
  disk: Disk,
  directory: string,
  store: BackupStore,
  name: string,
  createdMs: number,
): Promise<BackupCounts> {
  const files: BackedFile[] = []
  const counts = { files: 0, bytes: 0, pieces: 0, sentPieces: 0, sentBytes: 0 }
  for (const path of await pathsIn(disk, directory)) {
    const pieces: string[] = []
    let bytes = 0
    for await (const piece of piecesOf(disk, `${directory}/${path}`)) {
      const digest = digestOf(piece)
      pieces.push(digest)
      bytes += piece.length
      if (await store.has(`pieces/${digest}`)) continue
      await store.put(`pieces/${digest}`, piece)
      counts.sentPieces++
      counts.sentBytes += piece.length
    }
    files.push({ path, bytes, pieces })
    counts.files++
    counts.bytes += bytes
    counts.pieces += pieces.length
  }
  const text = JSON.stringify({ version: 1, createdMs, files })
  await store.put(`backups/${name}.json`, new TextEncoder().encode(text))
  return counts
}

/** Backups that are whole, oldest first. */
export async function listBackups(store: BackupStore): Promise<BackupList[]> {
  const lists: BackupList[] = []
  for (const object of await store.list('backups/')) {
    const name = /^backups\/(.*)\.json$/.exec(object)?.[1] ?? ''
    if (NAME.test(name)) lists.push(await readList(store, name))
  }
  return lists
}

/**
 * Makes a data directory of a backup. It appears when all of it is on disk.
 * @throws UserError `backup/target` when something is there; OutsideError `backup/damaged`, `backup/missing`
 */
export async function restoreBackup(
  disk: Disk,
  store: BackupStore,
  list: BackupList,
  directory: string,
): Promise<void> {
  if ((await disk.stat(directory)) !== undefined && (await disk.list(directory)).length > 0)
    throw new UserError('backup/target', `${directory}: wants a directory that is new or empty`)
  const unfinished = `${directory.replace(/\/+$/, '')}.restoring`
  await disk.removeTree(unfinished)
  try {
    await fetchFiles(disk, store, list, unfinished)
    await disk.removeTree(directory)
    await disk.rename(unfinished, directory)
  } catch (error) {
    await disk.removeTree(unfinished)
    throw error
  }
}

async function fetchFiles(
  disk: Disk,
  store: BackupStore,
  list: BackupList,
  directory: string,
): Promise<void> {
  for (const folder of FOLDERS) await disk.makeDirectory(`${directory}/${folder}`)
  for (const { path, bytes, pieces } of list.files) {
    const file = await disk.open(`${directory}/${path}`, 'create')
    try {
      for (const digest of pieces) await file.append(await readPiece(store, digest, path))
      if (file.size() !== bytes)
        throw damaged(`${path}: the pieces are ${file.size()} bytes and should be ${bytes}`)
      await file.sync()
    } finally {
      await file.close()
    }
  }
  for (const folder of FOLDERS) await disk.syncDirectory(`${directory}/${folder}`)
  await disk.syncDirectory(directory)
}

/** Reads every piece of a backup. @throws OutsideError `backup/damaged`, `backup/missing` */
export async function verifyBackup(store: BackupStore, list: BackupList): Promise<void> {
  for (const { path, pieces } of list.files) {
    for (const digest of pieces) await readPiece(store, digest, path)
  }
}

async function readPiece(store: BackupStore, digest: string, path: string): Promise<Uint8Array> {
  const piece = await store.get(`pieces/${digest}`)
  const found = digestOf(piece)
  if (found !== digest) throw damaged(`${path}: piece ${digest} has the checksum ${found}`)
  return piece
}

async function readList(store: BackupStore, name: string): Promise<BackupList> {
  const text = new TextDecoder().decode(await store.get(`backups/${name}.json`))
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch (cause) {
    throw damaged(`backups/${name}.json is no JSON`, cause)
  }
  if (!isList(found)) throw damaged(`backups/${name}.json is not the list of a backup of version 1`)
  return { name, createdMs: found.createdMs, files: found.files }
}

/** What a list says becomes names of files: nothing in it is believed. */
function isList(found: unknown): found is { createdMs: number; files: BackedFile[] } {
  if (typeof found !== 'object' || found === null) return false
  if (!('version' in found) || found.version !== 1) return false
  if (!('createdMs' in found) || typeof found.createdMs !== 'number') return false
  if (!('files' in found) || !Array.isArray(found.files)) return false
  return found.files.every(
    (file: unknown) =>
      typeof file === 'object' &&
      file !== null &&
      'path' in file &&
      typeof file.path === 'string' &&
      PATH.test(file.path) &&
      'bytes' in file &&
      typeof file.bytes === 'number' &&
      'pieces' in file &&
      Array.isArray(file.pieces) &&
      file.pieces.every(
        (piece: unknown) => typeof piece === 'string' && /^[0-9a-f]{64}$/.test(piece),
      ),
  )
}

async function pathsIn(disk: Disk, directory: string): Promise<string[]> {
  const paths: string[] = []
  for (const folder of FOLDERS) {
    if ((await disk.stat(`${directory}/${folder}`)) === undefined) continue
    for (const name of await disk.list(`${directory}/${folder}`)) {
      if (!name.endsWith('.tmp')) paths.push(`${folder}/${name}`)
    }
  }
  if ((await disk.stat(`${directory}/${TOMBSTONES}`)) !== undefined) paths.push(TOMBSTONES)
  if (paths.length === 0)
    throw new UserError('flag/invalid', `${directory}: there is no data directory`)
  return paths
}

async function* piecesOf(disk: Disk, path: string): AsyncIterable<Uint8Array> {
  const file = await disk.open(path, 'read')
  try {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, file.size()))
    for (let at = 0; at < file.size();) {
      const count = file.readAtSync(piece, at)
      if (count === 0) throw new OutsideError('backup/changed', `${path} became shorter meanwhile`)
      yield piece.subarray(0, count)
      at += count
    }
  } finally {
    await file.close()
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function damaged(what: string, cause?: unknown): OutsideError {
  return new OutsideError('backup/damaged', what, { cause })
}
