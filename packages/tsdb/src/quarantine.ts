// Where damaged and unknown files go. Nothing is deleted that was not replaced.

import { type Disk, type Logger, messageOf, OutsideError } from '@pharos/base'

export class Quarantine {
  readonly #folder: string
  readonly #disk: Disk
  readonly #log: Logger

  constructor(folder: string, disk: Disk, log: Logger) {
    this.#folder = folder
    this.#disk = disk
    this.#log = log
  }

  /** Moves a file or folder away. On failure it stays where it is, which is logged too. */
  async move(path: string, why: string): Promise<void> {
    try {
      await this.#disk.makeDirectory(this.#folder)
      const to = await this.#free(path.slice(path.lastIndexOf('/') + 1))
      await this.#disk.rename(path, to)
      await this.#disk.syncDirectory(this.#folder)
      this.#log.error('moved to quarantine', { file: path, to, reason: why })
    } catch (error) {
      this.#log.error('could not be moved to quarantine', {
        file: path,
        reason: why,
        err: messageOf(error),
      })
    }
  }

  /** Keeps bytes that were skipped inside a file. */
  async keep(name: string, bytes: Uint8Array, why: string): Promise<void> {
    try {
      await this.#disk.makeDirectory(this.#folder)
      const to = await this.#free(name)
      await this.#disk.writeFileAtomic(to, bytes)
      this.#log.error('damaged bytes kept in quarantine', { to, bytes: bytes.length, reason: why })
    } catch (error) {
      this.#log.error('damaged bytes could not be kept', {
        name,
        reason: why,
        err: messageOf(error),
      })
    }
  }

  async #free(name: string): Promise<string> {
    for (let n = 0; ; n++) {
      const path = `${this.#folder}/${name}${n === 0 ? '' : `.${n}`}`
      if ((await this.#disk.stat(path)) === undefined) return path
    }
  }
}

/** Whether a file itself is at fault. A disk that does not give it back says nothing about what is in it. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof OutsideError) || !error.code.startsWith('disk/')) return true
  return error.code === 'disk/efbig' || error.code === 'disk/eisdir'
}
