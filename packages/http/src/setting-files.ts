import type { Clock, Disk } from '@pharos/base'
import { OutsideError } from '@pharos/base'
import { SETTING_FILE_BYTES_MAX, SETTING_FILE_FRESH_MS } from './limits.ts'

/** Secrets and certificates in files: rotated under a running process, so read again, but not for every scrape. */
export class SettingFiles {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #known = new Map<string, { text: Promise<string>; readMs: number }>()

  constructor(disk: Disk, clock: Clock) {
    this.#disk = disk
    this.#clock = clock
  }

  /** @throws OutsideError `disk/…` when it cannot be read now, whatever was read before */
  async text(path: string): Promise<string> {
    const now = this.#clock.monotonicMs()
    const known = this.#known.get(path)
    if (known !== undefined && now - known.readMs < SETTING_FILE_FRESH_MS) return await known.text
    const text = this.#read(path)
    this.#known.set(path, { text, readMs: now })
    return await text
  }

  /** The text that is set, or that of the file. */
  async either(text: string, path: string): Promise<string> {
    return path === '' ? text : await this.text(path)
  }

  /** As `either`, without the line end that editors put behind a secret. */
  async secret(text: string, path: string): Promise<string> {
    return path === '' ? text : (await this.text(path)).trim()
  }

  async #read(path: string): Promise<string> {
    try {
      return new TextDecoder().decode(await this.#disk.readFile(path, SETTING_FILE_BYTES_MAX))
    } catch (error) {
      this.#known.delete(path)
      if (error instanceof OutsideError)
        throw new OutsideError(error.code, `unable to read file ${path}: ${error.message}`, {
          cause: error,
        })
      throw error
    }
  }
}
