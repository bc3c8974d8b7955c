// What HELP, TYPE and UNIT said of each metric name. Every WAL file begins with all of it.

import { ByteWriter } from '@pharos/base'
import type { Metadata } from '@pharos/model'
import { writeMetadata } from './catalog/definition-writer.ts'
import { METADATA_NAMES } from './limits.ts'
import { type Wal, WalRecord } from './wal/wal.ts'

export class MetadataStore {
  readonly #byName = new Map<string, Metadata>()

  /** Of one metric, or of all; `limit` 0: all. */
  entries(metric: string | undefined, limit: number): Map<string, Metadata> {
    const found = new Map<string, Metadata>()
    for (const [name, metadata] of this.#byName) {
      if (limit > 0 && found.size >= limit) break
      if (metric === undefined || metric === name) found.set(name, metadata)
    }
    return found
  }

  set(metric: string, metadata: Metadata, wal: Wal | undefined): void {
    const known = this.#byName.get(metric)
    if (
      known !== undefined &&
      known.type === metadata.type &&
      known.help === metadata.help &&
      known.unit === metadata.unit
    ) {
      return
    }
    if (known === undefined && this.#byName.size >= METADATA_NAMES) return
    const { type, help, unit } = metadata
    this.#byName.set(metric, { type, help, unit })
    if (wal === undefined || wal.failure !== undefined) return
    log(wal, [[metric, metadata]])
  }

  logAll(wal: Wal): void {
    if (this.#byName.size > 0) log(wal, this.#byName)
  }
}

function log(wal: Wal, entries: Iterable<readonly [string, Metadata]>): void {
  const body = new ByteWriter(256)
  writeMetadata(body, entries)
  wal.add(WalRecord.definitions, body.bytes())
}
