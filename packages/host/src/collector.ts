// What a collector is: a name, whether it runs unless told otherwise, and a way to start it. Starting gives a
// function that puts one scrape's samples on a page; what it must remember lies in its closure.

import type { Clock } from '@pharos/base'
import type { HostFiles } from './host-files.ts'
import type { HostOptions, Search } from './options.ts'
import type { Page } from './page.ts'

export interface HostContext {
  readonly files: HostFiles
  readonly clock: Clock
  readonly options: HostOptions
  readonly search: Search
}

export interface Collector {
  /** As in `--collector.<name>` and `collect[]=<name>`. */
  readonly name: string
  readonly isDefault: boolean
  /** Where an option of its own switches it on, instead of `--collector.<name>`. */
  readonly isWanted?: (options: HostOptions) => boolean
  /** Reads no file yet. */
  start(context: HostContext): Collect
}

/** @throws NoData when this machine has nothing of the kind; anything else counts as a failure */
export type Collect = (page: Page) => void

/** The machine has nothing for this collector: success 0, nothing to log above debug. */
export class NoData extends Error {
  constructor(what: string) {
    super(`no data: ${what}`)
    this.name = 'NoData'
  }
}
