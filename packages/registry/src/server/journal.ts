// What makes the registry last: a file of records, appended and synced before a change is answered, and written
// anew from the state when it has grown. docs/format/registry-journal.md draws it.

import { background, ByteReader, ByteWriter, crc32c, messageOf, OutsideError } from '@pharos/base'
import type { Clock, Disk, Logger, OpenFile } from '@pharos/base'
import {
  JOURNAL_BYTES_MAX,
  JOURNAL_BYTES_MIN,
  JOURNAL_RETRY_MS,
  RECORD_BYTES_MAX,
} from './limits.ts'

/** Key in base64, value in base64 or null for a deletion, lease. */
type JournalChange = readonly [key: string, value: string | null, lease: string]

export type JournalRecord =
  | {
      readonly kind: 'head'
      readonly cluster: string
      readonly revision: number
      readonly compacted: number
    }
  | { readonly kind: 'lease'; readonly id: string; readonly ttl: number }
  | {
      readonly kind: 'key'
      readonly key: string
      readonly value: string
      readonly create: number
      readonly mod: number
      readonly version: number
      readonly lease: string
    }
  | {
      readonly kind: 'change'
      readonly revision: number
      /** The lease that ended with this change. */
      readonly ended?: string
      readonly changes: readonly JournalChange[]
    }

interface JournalWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const MAGIC = 'PHREG001'
const FILE = 'registry.journal'
const utf8 = new TextEncoder()

export class Journal {
  readonly #world: JournalWorld
  readonly #path: string
  readonly #state: () => Iterable<JournalRecord>
  #file: OpenFile | undefined
  #bytes = 0
  /** Bytes after the last rewrite. */
  #freshBytes = 0
  #pending = new ByteWriter(4_096)
  #waiters: Waiter[] = []
  #running: Promise<void> | undefined
  #brokenSinceMs: number | undefined

  /** @param state  the records that say all there is now; read synchronously */
  constructor(world: JournalWorld, directory: string, state: () => Iterable<JournalRecord>) {
    this.#world = world
    this.#path = `${directory}/${FILE}`
    this.#state = state
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * Hands every sound record to `take`. What is damaged is put aside, never believed.
   * @returns false when there was damage and the journal must be written anew
   * @throws OutsideError `disk/…`
   */
  async replay(take: (record: JournalRecord) => void): Promise<boolean> {
    const { disk, log } = this.#world
    if ((await disk.stat(this.#path)) === undefined) return false
    const bytes = await disk.readFile(this.#path, JOURNAL_BYTES_MAX)
    const { soundBytes, why } = readRecords(bytes, take)
    if (why === undefined) {
      this.#bytes = bytes.length
      this.#freshBytes = bytes.length
      return true
    }
    const aside = `${this.#path}.damaged-${this.#world.clock.now()}`
    await disk.link(this.#path, aside)
    log.warn('the end of the journal is not sound and is left out', {
      path: this.#path,
      soundBytes,
      lostBytes: bytes.length - soundBytes,
      reason: why,
      kept: aside,
    })
    return false
  }

  /** Opens for appending; `isSound` false writes the state anew first. @throws OutsideError `disk/…` */
  async open(isSound: boolean): Promise<void> {
    if (isSound) this.#file = await this.#world.disk.open(this.#path, 'append')
    else await this.#rewrite()
  }

  /** False while writing fails: nothing may be changed that could not be written down. */
  get isReady(): boolean {
    const { clock } = this.#world
    return (
      this.#brokenSinceMs === undefined ||
      clock.monotonicMs() - this.#brokenSinceMs >= JOURNAL_RETRY_MS
    )
  }

  /** Resolves when the record is safe. @throws OutsideError `disk/…`; what was to be written may or may not be safe */
  append(record: JournalRecord): Promise<void> {
    writeRecord(this.#pending, record)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.#start()
    })
  }

  /** Resolves when everything appended so far is safe, or has failed. */
  async settled(): Promise<void> {
    await this.#running
  }

  async close(): Promise<void> {
    await this.#running
    await this.#file?.close()
    this.#file = undefined
  }

  #start(): void {
    if (this.#running !== undefined) return
    this.#running = this.#flushAll().finally(() => {
      this.#running = undefined
    })
    background('journal', this.#running, this.#world.log)
  }

  async #flushAll(): Promise<void> {
    // What arrives while one batch is being synced makes the next one.
    while (this.#waiters.length > 0) {
      const waiters = this.#waiters
      this.#waiters = []
      try {
        if (this.#brokenSinceMs !== undefined || this.#isOvergrown()) await this.#rewrite()
        else await this.#flush()
        for (const one of waiters) one.resolve()
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        // After a failed sync nobody knows what is on the disk. Only a whole new file is to be trusted.
        if (this.#brokenSinceMs === undefined)
          this.#world.log.error('the journal cannot be written; changes are refused until it can', {
            path: this.#path,
            err: messageOf(error),
          })
        this.#brokenSinceMs = this.#world.clock.monotonicMs()
        for (const one of waiters) one.reject(error)
      }
    }
  }

  #isOvergrown(): boolean {
    return this.#bytes > JOURNAL_BYTES_MIN && this.#bytes > 4 * this.#freshBytes
  }

  async #flush(): Promise<void> {
    const bytes = this.#pending.bytes().slice()
    this.#pending.clear()
    await this.#file!.append(bytes)
    await this.#file!.sync()
    this.#bytes += bytes.length
  }

  async #rewrite(): Promise<void> {
    const writer = new ByteWriter(65_536)
    writer.raw(utf8.encode(MAGIC))
    for (const record of this.#state()) writeRecord(writer, record)
    // The state holds what was waiting to be appended.
    this.#pending.clear()
    await this.#world.disk.writeFileAtomic(this.#path, writer.bytes())
    const old = this.#file
    this.#file = await this.#world.disk.open(this.#path, 'append')
    this.#bytes = writer.length
    this.#freshBytes = writer.length
    if (this.#brokenSinceMs !== undefined)
      this.#world.log.info('the journal is written again', { path: this.#path })
    this.#brokenSinceMs = undefined
    await old?.close()
  }
}

function writeRecord(writer: ByteWriter, record: JournalRecord): void {
  const payload = utf8.encode(JSON.stringify(record))
  writer.u32(payload.length)
  writer.u32(crc32c(payload))
  writer.raw(payload)
}

function readRecords(
  bytes: Uint8Array,
  take: (record: JournalRecord) => void,
): { readonly soundBytes: number; readonly why: string | undefined } {
  const reader = new ByteReader(bytes)
  let soundBytes = 0
  const stop = (why: string): { soundBytes: number; why: string } => ({ soundBytes, why })
  if (bytes.length < MAGIC.length || new TextDecoder().decode(reader.raw(8)) !== MAGIC)
    return stop('it does not begin as a journal')
  soundBytes = reader.offset
  while (reader.remaining > 0) {
    if (reader.remaining < 8) return stop('a record is cut off')
    const length = reader.u32()
    const crc = reader.u32()
    if (length > RECORD_BYTES_MAX || length > reader.remaining) return stop('a record is cut off')
    const payload = reader.raw(length)
    if (crc32c(payload) !== crc) return stop('a checksum is wrong')
    // The checksum vouches that this is what we once wrote.
    take(JSON.parse(new TextDecoder().decode(payload)) as JournalRecord)
    soundBytes = reader.offset
  }
  return { soundBytes, why: undefined }
}
