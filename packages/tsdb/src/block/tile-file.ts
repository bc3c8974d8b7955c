// A file that readers hold while they need it: it is closed when it was dropped and nobody reads it any more.

import { background, type Logger, type OpenFile } from '@pharos/base'
import type { Tombstone } from '../tombstones.ts'

export class TileFile {
  readonly path: string
  readonly #file: OpenFile
  readonly #log: Logger
  /** Deletions that hide samples of it. Replaced, never changed. */
  tombstones: readonly Tombstone[] = []
  #readerCount = 0
  #isDropped = false
  #isClosed = false

  /** @param path  the name that it has or will have */
  constructor(file: OpenFile, log: Logger, path: string = file.path) {
    this.path = path
    this.#file = file
    this.#log = log
  }

  acquire(): void {
    this.#readerCount++
  }

  release(): void {
    this.#readerCount--
    this.#closeIfUnused()
  }

  /** Nobody will acquire it again; the name may be gone already. */
  drop(): void {
    this.#isDropped = true
    this.#closeIfUnused()
  }

  /** @throws OutsideError when the disk fails; bytes behind the end of the file are missing in the result */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    const count = this.#file.readAtSync(bytes, offset)
    return count === length ? bytes : bytes.subarray(0, count)
  }

  #closeIfUnused(): void {
    if (!this.#isDropped || this.#readerCount > 0 || this.#isClosed) return
    this.#isClosed = true
    background('close', this.#file.close(), this.#log)
  }
}
