import * as fs from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Disk, FileInfo, FileSystemSpace } from '../disk.ts'
import { OutsideError } from '../errors.ts'
import { diskError } from './disk-error.ts'
import { openRealFile } from './real-file.ts'

const { promises } = fs

/** Changes within this time are told once. */
const COALESCE_MS = 50

/** The machine's file system. */
export function createRealDisk(): Disk {
  return {
    open: openRealFile,
    readFile,
    readTextSync: (path) => now('read', path, () => fs.readFileSync(path, 'utf8')),
    listSync: (path) => now('list', path, () => fs.readdirSync(path).sort()),
    readLinkSync: (path) => now('read link', path, () => fs.readlinkSync(path)),
    statSync,
    list: (path) => later('list', path, async () => (await promises.readdir(path)).sort()),
    stat,
    makeDirectory: (path) =>
      later('make directory', path, async () => {
        await promises.mkdir(path, { recursive: true })
      }),
    rename: (from, to) => later('rename', `${from} to ${to}`, () => promises.rename(from, to)),
    link: (existing, added) =>
      later('link', `${existing} as ${added}`, () => promises.link(existing, added)),
    remove: (path) => later('remove', path, () => promises.unlink(path)),
    removeTree: (path) =>
      later('remove', path, () => promises.rm(path, { recursive: true, force: true })),
    syncDirectory,
    writeFileAtomic,
    space: async (path) => {
      const s = await later('space of', path, () => promises.statfs(path))
      return { freeBytes: s.bavail * s.bsize, totalBytes: s.blocks * s.bsize }
    },
    spaceSync: (path) => spaceOf(now('space of', path, () => fs.statfsSync(path))),
    watch,
    // Loaded when it is wanted: it brings all of node:crypto along.
    lock: async (path) => (await import('./file-lock.ts')).lockFile(path),
  }
}

function now<T>(operation: string, path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw diskError(operation, path, error)
  }
}

async function later<T>(operation: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw diskError(operation, path, error)
  }
}

/** Sizes are not believed (a file in /proc has 0 bytes): reads until the end or one byte past the limit. */
async function readFile(path: string, limitBytes = Infinity): Promise<Uint8Array<ArrayBuffer>> {
  return await later('read', path, async () => {
    await using handle = await promises.open(path, 'r')
    const { size } = await handle.stat()
    let bytes = new Uint8Array(Math.min(Math.max(size, 512) + 1, limitBytes + 1))
    let count = 0
    for (;;) {
      const { bytesRead } = await handle.read(bytes, count, bytes.length - count, null)
      count += bytesRead
      if (count > limitBytes) {
        throw new OutsideError('disk/efbig', `read ${path}: larger than ${limitBytes} bytes`)
      }
      if (bytesRead === 0) return bytes.slice(0, count)
      if (count === bytes.length) {
        const larger = new Uint8Array(Math.min(bytes.length * 2, limitBytes + 1))
        larger.set(bytes)
        bytes = larger
      }
    }
  })
}

async function stat(path: string): Promise<FileInfo | undefined> {
  try {
    return infoOf(await promises.stat(path))
  } catch (error) {
    return undefinedWhenMissing(path, error)
  }
}

function statSync(path: string): FileInfo | undefined {
  try {
    return infoOf(fs.statSync(path))
  } catch (error) {
    return undefinedWhenMissing(path, error)
  }
}

function infoOf(s: fs.Stats): FileInfo {
  return { bytes: s.size, modifiedMs: Math.floor(s.mtimeMs), isDirectory: s.isDirectory() }
}

function undefinedWhenMissing(path: string, error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw diskError('stat', path, error)
}

async function syncDirectory(path: string): Promise<void> {
  await later('sync directory', path, async () => {
    await using handle = await promises.open(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY)
    await handle.sync()
  })
}

/** Leaves no file aside behind after a failure; a crash may leave one, named `<path>.<random>.tmp`. */
async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  await later('write', path, async () => {
    const aside = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`
    try {
      await using handle = await promises.open(aside, 'wx')
      await handle.writeFile(bytes)
      await handle.sync()
      await promises.rename(aside, path)
    } catch (error) {
      await promises.rm(aside, { force: true })
      throw error
    }
    await syncDirectory(dirname(path))
  })
}

function spaceOf(s: fs.StatsFs): FileSystemSpace {
  return {
    blockBytes: s.bsize,
    totalBytes: s.blocks * s.bsize,
    freeBytes: s.bfree * s.bsize,
    availableBytes: s.bavail * s.bsize,
    files: s.files,
    filesFree: s.ffree,
  }
}

/**
 * A single file is watched through its directory, because editors and Kubernetes replace files (and, for
 * mounted config maps, a `..data` link beside them) instead of writing into them.
 */
function watch(path: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const note = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      changed()
    }, COALESCE_MS).unref()
  }
  const isDirectory = fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  const name = basename(path)
  const stops = new AbortController()
  try {
    const watcher = isDirectory
      ? fs.watch(path, { recursive: true, persistent: false, signal: stops.signal }, note)
      : fs.watch(dirname(path), { persistent: false, signal: stops.signal }, (_event, what) => {
          if (what === null || what === name || what.startsWith('..')) note()
        })
    // Watching is best effort (inotify may be used up); callers poll as well, so nothing is lost.
    watcher.on('error', () => watcher.close())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
  return () => {
    clearTimeout(timer)
    stops.abort()
  }
}
