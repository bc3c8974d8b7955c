import type { Clock } from '../clock.ts'
import type { Disk, FileInfo, FileSystemSpace, OpenFile } from '../disk.ts'
import { OutsideError } from '../errors.ts'
import { SimFile } from './sim-file.ts'
import { SimRandom } from './sim-random.ts'
import { simDirectory, simError, SimTree, type SimDirectory, type SimNode } from './sim-tree.ts'

export interface SimDiskOptions {
  /** Gives files their times; without it they are of 1970. */
  readonly clock?: Clock
  /** How many bytes all files together may have. Default: no limit. */
  readonly capacityBytes?: number
}

export interface CrashOptions {
  /**
   * What a power cut leaves of bytes and names that were not synced. `synced` (the default): nothing;
   * `all`: everything, as after a crash of the process alone; `some`: a part chosen by `seed`, later
   * writes possibly without earlier ones.
   */
  readonly keep?: 'synced' | 'all' | 'some'
  /** Cuts the last unsynced write that was kept at a length chosen by `seed`. */
  readonly tearLastWrite?: boolean
  readonly seed?: number
}

/**
 * A disk in memory that knows what was synced. Every call counts as one operation, so that a test can let
 * the n-th one fail or stop the machine there.
 */
export class SimDisk implements Disk {
  /** Calls so far. */
  operations = 0
  /** May be changed while running: space can come back. */
  capacityBytes: number
  readonly #clock: Clock | undefined
  readonly #tree = new SimTree()
  readonly #locks = new Map<string, symbol>()
  readonly #watches = new Set<{ readonly path: string; readonly note: () => void }>()
  readonly #failures = new Map<number, string>()
  #hasCrashed = false
  #asideCount = 0

  constructor(options: SimDiskOptions = {}) {
    this.#clock = options.clock
    this.capacityBytes = options.capacityBytes ?? Infinity
  }

  /** The n-th call from now on (1 is the next) fails with `disk/<errno>`; a failed sync loses its pages. */
  failAt(n: number, errno: string): void {
    this.#failures.set(this.operations + n, errno)
  }

  /** Cuts the power: this disk answers no more, the one returned is what the next start finds. */
  crash(options: CrashOptions = {}): SimDisk {
    const keep = options.keep ?? 'synced'
    const random = new SimRandom(options.seed ?? 0)
    this.#hasCrashed = true
    this.#tree.undoUnsynced(() => keep === 'all' || (keep === 'some' && random.chance(0.5)))
    const next = new SimDisk({
      capacityBytes: this.capacityBytes,
      ...(this.#clock !== undefined && { clock: this.#clock }),
    })
    // Two names of one file stay one file.
    const copies = new Map<SimFile, SimFile>()
    const copy = (from: SimDirectory, to: SimDirectory): void => {
      for (const [name, node] of from.names) {
        if (node instanceof SimFile) {
          const bytes = node.afterCrash(keep, options.tearLastWrite ?? false, random)
          const file = copies.get(node) ?? SimFile.withDurable(bytes, node.modifiedMs)
          copies.set(node, file)
          to.names.set(name, file)
        } else {
          const directory = simDirectory()
          to.names.set(name, directory)
          copy(node, directory)
        }
      }
    }
    copy(this.#tree.root, next.#tree.root)
    return next
  }

  /** Changes one byte behind everybody's back: bit rot. */
  corrupt(path: string, offset: number, byte: number): void {
    const file = this.#tree.file('corrupt', path)
    const bytes = file.content()
    bytes[offset] = byte
    file.truncate(0)
    file.append(bytes)
    file.sync()
  }

  async open(path: string, mode: 'read' | 'append' | 'create'): Promise<OpenFile> {
    this.#begin('open', path)
    const { directory, name } = this.#tree.parentOf('open', path)
    const found = directory.names.get(name)
    if (found !== undefined && !(found instanceof SimFile)) throw simError('eisdir', 'open', path)
    if (mode === 'create' && found !== undefined) throw simError('eexist', 'open', path)
    if (mode === 'read' && found === undefined) throw simError('enoent', 'open', path)
    return this.#handle(path, found ?? this.#addFile(directory, name, path), mode !== 'read')
  }

  async readFile(path: string, limitBytes: number = Infinity): Promise<Uint8Array<ArrayBuffer>> {
    this.#begin('read', path)
    const file = this.#tree.file('read', path)
    if (file.length > limitBytes) {
      throw new OutsideError('disk/efbig', `read ${path}: larger than ${limitBytes} bytes`)
    }
    return file.content()
  }

  readTextSync(path: string): string {
    this.#begin('read', path)
    return new TextDecoder().decode(this.#tree.file('read', path).content())
  }

  listSync(path: string): string[] {
    this.#begin('list', path)
    return [...this.#tree.directory('list', path).names.keys()].sort()
  }

  readLinkSync(path: string): string {
    this.#begin('read link', path)
    // There are no symbolic links here; on Linux reading what is none is EINVAL.
    throw simError(this.#tree.find(path) === undefined ? 'enoent' : 'einval', 'read link', path)
  }

  async list(path: string): Promise<string[]> {
    return this.listSync(path)
  }

  async stat(path: string): Promise<FileInfo | undefined> {
    return this.statSync(path)
  }

  statSync(path: string): FileInfo | undefined {
    this.#begin('stat', path)
    const node = this.#tree.find(path)
    if (node === undefined) return undefined
    const isDirectory = !(node instanceof SimFile)
    return { bytes: isDirectory ? 4096 : node.length, modifiedMs: node.modifiedMs, isDirectory }
  }

  async makeDirectory(path: string): Promise<void> {
    this.#begin('make directory', path)
    let at = this.#tree.root
    let walked = ''
    for (const part of path.split('/').filter((one) => one !== '' && one !== '.')) {
      walked += `/${part}`
      let next = at.names.get(part)
      if (next === undefined) {
        next = simDirectory()
        this.#tree.change([{ directory: at, name: part, after: next }])
        this.#changed(walked)
      }
      if (next instanceof SimFile) {
        throw simError(walked === path ? 'eexist' : 'enotdir', 'make directory', path)
      }
      at = next
    }
  }

  async rename(from: string, to: string): Promise<void> {
    this.#begin('rename', from)
    const node = this.#tree.find(from)
    if (node === undefined) throw simError('enoent', 'rename', `${from} to ${to}`)
    const source = this.#tree.parentOf('rename', from)
    const target = this.#tree.parentOf('rename', to)
    const there = target.directory.names.get(target.name)
    if (there === node) return
    if (there !== undefined) refuseReplacing(node, there, `${from} to ${to}`)
    this.#tree.change([
      { directory: source.directory, name: source.name, after: undefined },
      { directory: target.directory, name: target.name, after: node },
    ])
    this.#changed(from)
    this.#changed(to)
  }

  async link(existing: string, added: string): Promise<void> {
    this.#begin('link', existing)
    const file = this.#tree.file('link', existing)
    const { directory, name } = this.#tree.parentOf('link', added)
    if (directory.names.has(name)) throw simError('eexist', 'link', `${existing} as ${added}`)
    this.#tree.change([{ directory, name, after: file }])
    this.#changed(added)
  }

  async remove(path: string): Promise<void> {
    this.#begin('remove', path)
    this.#tree.file('remove', path)
    this.#removeName(path)
  }

  async removeTree(path: string): Promise<void> {
    this.#begin('remove', path)
    const node = this.#tree.find(path)
    if (node === undefined) return
    // Name by name, leaves first, as the real one does: a crash may leave half a tree.
    const below = (at: SimNode, atPath: string): void => {
      if (!(at instanceof SimFile)) {
        for (const [name, child] of at.names) below(child, `${atPath}/${name}`)
      }
      this.#removeName(atPath)
    }
    below(node, path)
  }

  async syncDirectory(path: string): Promise<void> {
    this.#begin('sync directory', path)
    this.#tree.sync(this.#tree.directory('sync directory', path))
  }

  async writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
    const aside = `${path}.${this.#asideCount++}.tmp`
    const file = await this.open(aside, 'create')
    try {
      await file.append(bytes)
      await file.sync()
      await this.rename(aside, path)
    } catch (error) {
      if (!this.#hasCrashed) this.#removeName(aside)
      throw error
    }
    await file.close()
    await this.syncDirectory(path.slice(0, Math.max(1, path.lastIndexOf('/'))))
  }

  async space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
    const { freeBytes, totalBytes } = this.spaceSync(path)
    return { freeBytes, totalBytes }
  }

  spaceSync(path: string): FileSystemSpace {
    this.#begin('space of', path)
    if (this.#tree.find(path) === undefined) throw simError('enoent', 'space of', path)
    const totalBytes = Math.min(this.capacityBytes, 2 ** 50)
    const { bytes, files } = this.#used()
    const freeBytes = Math.max(0, totalBytes - bytes)
    return {
      blockBytes: 4096,
      totalBytes,
      freeBytes,
      availableBytes: freeBytes,
      files: 1_000_000,
      filesFree: 1_000_000 - files,
    }
  }

  watch(path: string, changed: () => void): () => void {
    let isNoted = false
    const watch = {
      path,
      note: () => {
        if (isNoted) return
        isNoted = true
        queueMicrotask(() => {
          isNoted = false
          if (this.#watches.has(watch)) changed()
        })
      },
    }
    this.#watches.add(watch)
    return () => void this.#watches.delete(watch)
  }

  async lock(path: string): Promise<{ release(): Promise<void> }> {
    this.#begin('lock', path)
    const { directory, name } = this.#tree.parentOf('lock', path)
    if (this.#locks.has(path)) {
      throw new OutsideError('disk/locked', `lock ${path}: held by process 1`)
    }
    const token = Symbol(path)
    this.#locks.set(path, token)
    if (!directory.names.has(name)) this.#addFile(directory, name, path)
    return {
      release: async () => {
        if (this.#locks.get(path) !== token) return
        this.#locks.delete(path)
        if (this.#tree.find(path) !== undefined) this.#removeName(path)
      },
    }
  }

  #handle(path: string, file: SimFile, isWritable: boolean): OpenFile {
    let isOpen = true
    const use = (operation: string): void => {
      this.#begin(operation, path, operation === 'sync' ? file : undefined)
      if (!isOpen) throw simError('ebadf', operation, path)
      if (!isWritable && (operation === 'append' || operation === 'truncate')) {
        throw simError(operation === 'append' ? 'ebadf' : 'einval', operation, path)
      }
    }
    return {
      path,
      append: async (bytes) => {
        use('append')
        this.#append(path, file, bytes)
      },
      readAtSync: (into, offset) => {
        use('read')
        return file.read(into, offset)
      },
      sync: async () => {
        use('sync')
        file.sync()
      },
      truncate: async (bytes) => {
        use('truncate')
        file.truncate(bytes)
        this.#touched(path, file)
      },
      size: () => file.length,
      close: async () => {
        isOpen = false
      },
    }
  }

  /** Like write(2) on a full disk: what fits is written, the rest fails. */
  #append(path: string, file: SimFile, bytes: Uint8Array): void {
    const room =
      this.capacityBytes === Infinity
        ? Infinity
        : Math.max(0, this.capacityBytes - this.#used().bytes)
    file.append(bytes.subarray(0, Math.min(bytes.length, room)))
    this.#touched(path, file)
    if (bytes.length > room) throw simError('enospc', 'append', path)
  }

  /** Counts the call and lets it fail when a test wants so. */
  #begin(operation: string, path: string, syncing?: SimFile): void {
    this.operations++
    if (this.#hasCrashed) {
      throw new OutsideError('disk/eio', `${operation} ${path}: the power is cut`)
    }
    const errno = this.#failures.get(this.operations)
    if (errno === undefined) return
    this.#failures.delete(this.operations)
    syncing?.loseUnsynced()
    throw simError(errno, operation, path)
  }

  #addFile(directory: SimDirectory, name: string, path: string): SimFile {
    const file = new SimFile()
    this.#tree.change([{ directory, name, after: file }])
    this.#touched(path, file)
    return file
  }

  #removeName(path: string): void {
    const { directory, name } = this.#tree.parentOf('remove', path)
    this.#tree.change([{ directory, name, after: undefined }])
    this.#changed(path)
  }

  #touched(path: string, file: SimFile): void {
    file.modifiedMs = this.#clock?.now() ?? 0
    this.#changed(path)
  }

  #changed(path: string): void {
    for (const watch of this.#watches) {
      if (path === watch.path || path.startsWith(`${watch.path}/`) || watch.path === '/')
        watch.note()
    }
  }

  #used(): { bytes: number; files: number } {
    const seen = new Set<SimFile>()
    const walk = (directory: SimDirectory): void => {
      for (const node of directory.names.values()) {
        if (node instanceof SimFile) seen.add(node)
        else walk(node)
      }
    }
    walk(this.#tree.root)
    let bytes = 0
    for (const file of seen) bytes += file.length
    return { bytes, files: seen.size }
  }
}

/** The rules of rename(2) for a name that is taken. */
function refuseReplacing(node: SimNode, there: SimNode, what: string): void {
  const isFile = node instanceof SimFile
  if (there instanceof SimFile) {
    if (!isFile) throw simError('enotdir', 'rename', what)
  } else if (isFile) {
    throw simError('eisdir', 'rename', what)
  } else if (there.names.size > 0) {
    throw simError('enotempty', 'rename', what)
  }
}
