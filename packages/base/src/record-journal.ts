// What makes the state of a room last: a file of records, appended and synced before a change is answered, and
// written anew from the state when it has grown.
//
//   magic (8 bytes) │ length u32 │ CRC-32C u32 │ payload, one JSON value in UTF-8 │ length …

import { background } from './background.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import type { Clock } from './clock.ts'
import { crc32c } from './crc32c.ts'
import type { Disk, OpenFile } from './disk.ts'
import { messageOf, OutsideError } from './errors.ts'
import type { Logger } from './log.ts'

export interface RecordJournalOptions<R> {
  readonly path: string
  /** Eight ASCII characters that the file begins with: what it is, and which version. */
  readonly magic: string
  /** The records that say all there is now; read synchronously. */
  readonly state: () => Iterable<R>
  /** The file is rewritten when it has grown over this, bytes, and over four times what it was when it was fresh. */
  readonly rewriteBytesMin: number
  /** Longest record that is believed when read back, bytes. */
  readonly recordBytesMax: number
  /** Largest file that is read, bytes. */
  readonly fileBytesMax: number
}

/** After a failed write the journal is written anew this often until it succeeds, ms. */
const RETRY_MS = 1_000

interface JournalWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const utf8 = new TextEncoder()

/** @typeParam R  a JSON value; the checksum vouches that what is read back is what was once written */
export class RecordJournal<R> {
  readonly #world: JournalWorld
  readonly #options: RecordJournalOptions<R>
  #file: OpenFile | undefined
  #bytes = 0
  /** Bytes after the last rewrite. */
  #freshBytes = 0
  #pending = new ByteWriter(4_096)
  #waiters: Waiter[] = []
  #running: Promise<void> | undefined
  #brokenSinceMs: number | undefined

  constructor(world: JournalWorld, options: RecordJournalOptions<R>) {
    this.#world = world
    this.#options = options
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * Hands every sound record to `take`. What is damaged is put aside, never believed.
   * @returns false when there was damage and the journal must be written anew
   * @throws OutsideError `disk/…`
   */
  async replay(take: (record: R) => void): Promise<boolean> {
    const { disk, log } = this.#world
    if ((await disk.stat(this.#options.path)) === undefined) return false
    const bytes = await disk.readFile(this.#options.path, this.#options.fileBytesMax)
    const { soundBytes, why } = readRecords(bytes, this.#options, take)
    if (why === undefined) {
      this.#bytes = bytes.length
      this.#freshBytes = bytes.length
      return true
    }
    const aside = `${this.#options.path}.damaged-${this.#world.clock.now()}`
    await disk.link(this.#options.path, aside)
    log.warn('the end of the journal is not sound and is left out', {
      path: this.#options.path,
      soundBytes,
      lostBytes: bytes.length - soundBytes,
      reason: why,
      kept: aside,
    })
    return false
  }

  /** Opens for appending; `isSound` false writes the state anew first. @throws OutsideError `disk/…` */
  async open(isSound: boolean): Promise<void> {
    if (isSound) this.#file = await this.#world.disk.open(this.#options.path, 'append')
    else await this.#rewrite()
  }

  /** False while writing fails: nothing may be changed that could not be written down. */
  get isReady(): boolean {
    const { clock } = this.#world
    return (
      this.#brokenSinceMs === undefined || clock.monotonicMs() - this.#brokenSinceMs >= RETRY_MS
    )
  }

  /** Resolves when the record is safe. @throws OutsideError `disk/…`; what was to be written may or may not be safe */
  append(record: R): Promise<void> {
    return this.appendAll([record])
  }

  /** The same for several, which are safe together. @throws OutsideError `disk/…` */
  appendAll(records: readonly R[]): Promise<void> {
    for (const record of records) writeRecord(this.#pending, record)
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
            path: this.#options.path,
            err: messageOf(error),
          })
        this.#brokenSinceMs = this.#world.clock.monotonicMs()
        for (const one of waiters) one.reject(error)
      }
    }
  }

  #isOvergrown(): boolean {
    return this.#bytes > this.#options.rewriteBytesMin && this.#bytes > 4 * this.#freshBytes
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
    writer.raw(utf8.encode(this.#options.magic))
    for (const record of this.#options.state()) writeRecord(writer, record)
    // The state holds what was waiting to be appended.
    this.#pending.clear()
    await this.#world.disk.writeFileAtomic(this.#options.path, writer.bytes())
    const old = this.#file
    this.#file = await this.#world.disk.open(this.#options.path, 'append')
    this.#bytes = writer.length
    this.#freshBytes = writer.length
    if (this.#brokenSinceMs !== undefined)
      this.#world.log.info('the journal is written again', { path: this.#options.path })
    this.#brokenSinceMs = undefined
    await old?.close()
  }
}

function writeRecord(writer: ByteWriter, record: unknown): void {
  const start = writer.length
  writer.u32(0)
  writer.u32(0)
  const length = writer.utf8(JSON.stringify(record))
  writer.u32At(start, length)
  writer.u32At(start + 4, crc32c(writer.bytes(), start + 8, writer.length))
}

function readRecords<R>(
  bytes: Uint8Array,
  { magic, recordBytesMax }: RecordJournalOptions<R>,
  take: (record: R) => void,
): { readonly soundBytes: number; readonly why: string | undefined } {
  const reader = new ByteReader(bytes)
  let soundBytes = 0
  const stop = (why: string): { soundBytes: number; why: string } => ({ soundBytes, why })
  if (bytes.length < magic.length || new TextDecoder().decode(reader.raw(magic.length)) !== magic)
    return stop('it does not begin as a journal')
  soundBytes = reader.offset
  while (reader.remaining > 0) {
    if (reader.remaining < 8) return stop('a record is cut off')
    const length = reader.u32()
    const crc = reader.u32()
    if (length > recordBytesMax || length > reader.remaining) return stop('a record is cut off')
    const payload = reader.raw(length)
    if (crc32c(payload) !== crc) return stop('a checksum is wrong')
    // The checksum vouches that this is what we once wrote.
    take(JSON.parse(new TextDecoder().decode(payload)) as R)
    soundBytes = reader.offset
  }
  return { soundBytes, why: undefined }
}
