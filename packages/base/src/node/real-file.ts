import * as fs from 'node:fs'
import { OutsideError } from '../errors.ts'
import type { OpenFile } from '../disk.ts'
import { diskError } from './disk-error.ts'

const FLAGS = { read: 'r', append: 'a+', create: 'ax+' } as const

/** Opens a file of the machine; see Disk.open for the modes. */
export function openRealFile(path: string, mode: 'read' | 'append' | 'create'): Promise<OpenFile> {
  return new Promise((resolve, reject) => {
    fs.open(path, FLAGS[mode], 0o644, (error, fd) => {
      if (error !== null) reject(diskError('open', path, error))
      else resolve(new RealFile(path, fd, mode === 'read'))
    })
  })
}

/** Calls the callback interface of node:fs: it costs half of a FileHandle's promises for each append. */
class RealFile implements OpenFile {
  readonly path: string
  readonly #fd: number
  /** What we wrote ourselves need not be asked; a file opened for reading may grow under us. */
  #knownBytes: number | undefined
  #isClosed = false

  constructor(path: string, fd: number, isReadOnly: boolean) {
    this.path = path
    this.#fd = fd
    this.#knownBytes = isReadOnly ? undefined : fs.fstatSync(fd).size
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#call('append', (done) => {
      let from = 0
      const rest = (): void => {
        fs.write(this.#fd, bytes, from, bytes.length - from, null, (error, written) => {
          if (error !== null) {
            done(error)
            return
          }
          from += written
          if (this.#knownBytes !== undefined) this.#knownBytes += written
          if (from < bytes.length) rest()
          else done(null)
        })
      }
      rest()
    })
  }

  readAtSync(into: Uint8Array, offset: number): number {
    try {
      let count = 0
      while (count < into.length) {
        const read = fs.readSync(this.#open(), into, count, into.length - count, offset + count)
        if (read === 0) break
        count += read
      }
      return count
    } catch (error) {
      throw diskError('read', this.path, error)
    }
  }

  sync(): Promise<void> {
    return this.#call('sync', (done) => fs.fdatasync(this.#fd, done))
  }

  async truncate(bytes: number): Promise<void> {
    await this.#call('truncate', (done) => fs.ftruncate(this.#fd, bytes, done))
    if (this.#knownBytes !== undefined) this.#knownBytes = bytes
  }

  size(): number {
    if (this.#knownBytes !== undefined) return this.#knownBytes
    try {
      return fs.fstatSync(this.#open()).size
    } catch (error) {
      throw diskError('stat', this.path, error)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await new Promise<void>((resolve, reject) => {
      fs.close(this.#fd, (error) =>
        error ? reject(diskError('close', this.path, error)) : resolve(),
      )
    })
  }

  /** A closed descriptor's number may belong to another file by now. */
  #open(): number {
    if (this.#isClosed) throw new OutsideError('disk/ebadf', `use ${this.path}: file is closed`)
    return this.#fd
  }

  #call(
    operation: string,
    start: (done: (error: NodeJS.ErrnoException | null) => void) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#open()
      start((error) => (error ? reject(diskError(operation, this.path, error)) : resolve()))
    })
  }
}
