// `scrape_failure_log_file`: one line of JSON a failed scrape, for those who look at failures without the noise of the log.

import { messageOf } from '@pharos/base'
import type { Disk, Logger, OpenFile } from '@pharos/base'
import { FAILURE_LINES_WAITING_MAX } from './limits.ts'

interface ScrapeFailure {
  readonly timeMs: number
  readonly scrapePool: string
  readonly target: string
  readonly error: string
  /** The first series that went over a limit; '' when no single one did. */
  readonly series: string
}

/** The failure logs of all jobs, one for each path. */
export class FailureLogs {
  readonly #disk: Disk
  readonly #log: Logger
  readonly #files = new Map<string, Promise<OpenFile>>()
  #waiting: { readonly path: string; readonly line: string }[] = []
  #writing: Promise<void> | undefined

  constructor(disk: Disk, log: Logger) {
    this.#disk = disk
    this.#log = log
  }

  /** Returns at once. Lines that the disk cannot take in time are dropped. */
  add(path: string, failure: ScrapeFailure): void {
    if (this.#waiting.length >= FAILURE_LINES_WAITING_MAX) return
    const line = JSON.stringify({
      time: new Date(failure.timeMs).toISOString(),
      level: 'ERROR',
      msg: failure.error,
      scrape_pool: failure.scrapePool,
      target: failure.target,
      ...(failure.series === '' ? {} : { series: failure.series }),
    })
    this.#waiting.push({ path, line: `${line}\n` })
    this.#writing ??= this.#drain().finally(() => (this.#writing = undefined))
  }

  async close(): Promise<void> {
    await this.#writing
    for (const [path, opening] of this.#files) {
      this.#files.delete(path)
      await (await opening).close()
    }
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      for (const path of new Set(batch.map((one) => one.path))) {
        const text = batch.flatMap((one) => (one.path === path ? [one.line] : [])).join('')
        await this.#append(path, text)
      }
    }
  }

  async #append(path: string, text: string): Promise<void> {
    const opening = this.#files.get(path) ?? this.#disk.open(path, 'append')
    this.#files.set(path, opening)
    try {
      await (await opening).append(new TextEncoder().encode(text))
    } catch (error) {
      this.#files.delete(path)
      this.#log.error('cannot write to the scrape failure log', { path, err: messageOf(error) })
    }
  }
}
