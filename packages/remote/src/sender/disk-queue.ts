// What could not be sent yet and does not fit in memory: files of records, read back in the order in which they were
// written. A record is one request's worth of samples, in remote write 1.0's encoding, compressed.
//
//   00000007.queue   'PHQ1' u16 version u16 flags, then records
//   record           length u32 │ CRC-32C u32 │ epoch u32 │ lane u16 │ flags u16 (1: may repeat) │ samples u32 │ minMs i64 │ maxMs i64 │ body
//
// The CRC covers everything behind it. A torn end is cut when the queue is opened; a damaged file is put aside.
import {
  ByteReader,
  ByteWriter,
  crc32c,
  type Disk,
  type Logger,
  messageOf,
  OutsideError,
} from '@pharos/base'
import type { OpenFile } from '@pharos/base'

const MAGIC = 0x31514850
const VERSION = 1
const HEADER_BYTES = 8
const RECORD_HEADER_BYTES = 8
const FILE_BYTES = 16 * 1024 * 1024
/** Longest record that is believed. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024

export interface QueueRecord {
  readonly epoch: number
  readonly lane: number
  readonly samples: number
  /** ms since 1970. */
  readonly minMs: number
  readonly maxMs: number
  /** A process before the one that queued it may have sent some of it. */
  readonly mayRepeat: boolean
  readonly body: Uint8Array
}

/** Where a record lies, and where the next one begins. */
export interface QueuePlace {
  readonly file: number
  readonly offset: number
}

interface QueueFile {
  readonly number: number
  readonly path: string
  bytes: number
  samples: number
}

interface DiskQueueOptions {
  readonly directory: string
  /** The oldest files go when all together are larger, bytes. */
  readonly maxBytes: number
  /** A file is full at so many bytes. Default 16 MiB: small enough that deleting the oldest frees space soon. */
  readonly fileBytes?: number
  readonly disk: Disk
  readonly log: Logger
}

/** One writer, one reader, one process. */
export class DiskQueue {
  readonly #options: DiskQueueOptions
  #files: QueueFile[] = []
  #writing: OpenFile | undefined
  #reading: { readonly number: number; readonly bytes: Uint8Array } | undefined
  /** Where the next record is read. */
  #next: QueuePlace = { file: 0, offset: HEADER_BYTES }
  /** The last epoch in its files when it was opened; 0 when they are empty. */
  lastEpoch = 0
  /** The oldest sample in its files when it was opened, ms since 1970; Infinity when they are empty. */
  oldestMs: number = Infinity
  /** Samples of files that were deleted before they were read. */
  droppedSamples = 0

  private constructor(options: DiskQueueOptions) {
    this.#options = options
  }

  /** @param from  records before it were dealt with @throws OutsideError `disk/…` */
  static async open(options: DiskQueueOptions, from: QueuePlace | undefined): Promise<DiskQueue> {
    const queue = new DiskQueue(options)
    await options.disk.makeDirectory(options.directory)
    for (const name of await options.disk.list(options.directory)) {
      const match = /^(\d{8})\.queue$/.exec(name)
      if (match !== null) await queue.#take(Number(match[1]), from)
    }
    const first = queue.#files[0]
    if (first !== undefined) {
      const isInside = from !== undefined && from.file === first.number
      queue.#next = { file: first.number, offset: isInside ? from.offset : HEADER_BYTES }
    }
    return queue
  }

  /** Nothing is left to be read. */
  get isEmpty(): boolean {
    const last = this.#files.at(-1)
    return (
      last === undefined || (this.#next.file === last.number && this.#next.offset >= last.bytes)
    )
  }

  get #fileBytes(): number {
    return this.#options.fileBytes ?? FILE_BYTES
  }

  get bytes(): number {
    return this.#files.reduce((sum, one) => sum + one.bytes, 0)
  }

  /** Samples in its files, those that were read already among them. */
  get samples(): number {
    return this.#files.reduce((sum, one) => sum + one.samples, 0)
  }

  /** Where the next record is read: everything before it was read. */
  get next(): QueuePlace {
    return this.#next
  }

  /** @throws OutsideError `disk/…`; the record is not in the queue then */
  async append(record: QueueRecord): Promise<void> {
    const out = new ByteWriter(record.body.length + 64)
    out.u32(0)
    out.u32(0)
    out.u32(record.epoch)
    out.u16(record.lane)
    out.u16(record.mayRepeat ? 1 : 0)
    out.u32(record.samples)
    out.i64(record.minMs)
    out.i64(record.maxMs)
    out.raw(record.body)
    out.u32At(0, out.length - RECORD_HEADER_BYTES)
    out.u32At(4, crc32c(out.bytes().subarray(RECORD_HEADER_BYTES)))
    const file = await this.#fileFor(out.length)
    const writing = this.#writing!
    try {
      await writing.append(out.bytes())
    } catch (error) {
      // Half a record may be there: nothing may follow it.
      await writing.truncate(file.bytes).catch(() => this.#closeWriting())
      throw error
    }
    file.bytes += out.length
    file.samples += record.samples
    if (this.#reading?.number === file.number) this.#reading = undefined
    await this.#shrink()
  }

  /** The next record, undefined when there is none. What is damaged is skipped, put aside and told of. */
  async read(): Promise<QueueRecord | undefined> {
    while (!this.isEmpty) {
      const file = this.#files.find((one) => one.number === this.#next.file)
      if (file === undefined || this.#next.offset >= file.bytes) {
        this.#next = { file: this.#after(this.#next.file), offset: HEADER_BYTES }
        continue
      }
      try {
        const bytes = await this.#bytesOf(file)
        const { record, end } = readRecord(bytes, this.#next.offset)
        this.#next = { file: file.number, offset: end }
        return record
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error
        await this.#putAside(file, error)
      }
    }
    return undefined
  }

  /** Deletes files all of whose records lie before `place`. */
  async release(place: QueuePlace): Promise<void> {
    while (this.#files.length > 1 && this.#files[0]!.number < place.file) {
      await this.#remove(this.#files[0]!)
    }
    // The only file is empty again: it goes when everything in it was dealt with.
    const [only] = this.#files
    if (this.#files.length !== 1 || only === undefined || !this.isEmpty) return
    if (place.file !== only.number || place.offset < only.bytes) return
    await this.#closeWriting()
    await this.#remove(only)
  }

  async close(): Promise<void> {
    await this.#writing?.sync()
    await this.#closeWriting()
  }

  async #take(number: number, from: QueuePlace | undefined): Promise<void> {
    const { disk, log, directory } = this.#options
    const path = pathOf(directory, number)
    if (from !== undefined && number < from.file) return disk.remove(path)
    const bytes = await disk.readFile(path, FILE_BYTES + RECORD_BYTES_MAX)
    const file: QueueFile = { number, path, bytes: HEADER_BYTES, samples: 0 }
    try {
      checkHeader(bytes)
      while (file.bytes < bytes.length) {
        const { record, end } = readRecord(bytes, file.bytes)
        file.bytes = end
        file.samples += record.samples
        this.lastEpoch = record.epoch
        this.oldestMs = Math.min(this.oldestMs, record.minMs)
      }
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      log.warn('the end of a queue file is not sound and is cut', {
        path,
        soundBytes: file.bytes,
        lostBytes: bytes.length - file.bytes,
        err: messageOf(error),
      })
      const open = await disk.open(path, 'append')
      await open.truncate(file.bytes)
      await open.close()
    }
    if (file.samples === 0) await disk.remove(path)
    else this.#files.push(file)
  }

  /** The file that takes `bytes` more. */
  async #fileFor(bytes: number): Promise<QueueFile> {
    const last = this.#files.at(-1)
    if (
      this.#writing !== undefined &&
      last !== undefined &&
      last.bytes + bytes <= this.#fileBytes
    ) {
      return last
    }
    await this.#closeWriting()
    const number = (last?.number ?? this.#next.file) + 1
    const path = pathOf(this.#options.directory, number)
    const header = new ByteWriter(HEADER_BYTES)
    header.u32(MAGIC)
    header.u16(VERSION)
    header.u16(0)
    const open = await this.#options.disk.open(path, 'create')
    await open.append(header.bytes())
    this.#writing = open
    const file: QueueFile = { number, path, bytes: HEADER_BYTES, samples: 0 }
    this.#files.push(file)
    if (this.#files.length === 1) this.#next = { file: number, offset: HEADER_BYTES }
    return file
  }

  async #bytesOf(file: QueueFile): Promise<Uint8Array> {
    if (this.#reading?.number !== file.number) {
      const bytes = await this.#options.disk.readFile(file.path, FILE_BYTES + RECORD_BYTES_MAX)
      this.#reading = { number: file.number, bytes }
    }
    return this.#reading.bytes
  }

  /** Over the limit the oldest file goes, read or not. */
  async #shrink(): Promise<void> {
    while (this.#files.length > 1 && this.bytes > this.#options.maxBytes) {
      const oldest = this.#files[0]!
      if (oldest.number >= this.#next.file) {
        this.droppedSamples += oldest.samples
        this.#options.log.warn('the queue is full: its oldest file goes unsent', {
          path: oldest.path,
          samples: oldest.samples,
        })
      }
      await this.#remove(oldest)
    }
  }

  async #remove(file: QueueFile): Promise<void> {
    this.#files = this.#files.filter((one) => one !== file)
    if (this.#reading?.number === file.number) this.#reading = undefined
    if (this.#next.file <= file.number) {
      this.#next = { file: this.#files[0]?.number ?? file.number, offset: HEADER_BYTES }
    }
    await this.#options.disk.remove(file.path)
  }

  async #putAside(file: QueueFile, error: OutsideError): Promise<void> {
    this.#options.log.error('a queue file is damaged and is put aside', {
      path: file.path,
      err: error.message,
    })
    if (this.#files.at(-1) === file) await this.#closeWriting()
    await this.#options.disk.rename(file.path, `${file.path}.damaged`)
    this.#files = this.#files.filter((one) => one !== file)
    this.#reading = undefined
    this.#next = { file: this.#after(file.number), offset: HEADER_BYTES }
  }

  #after(number: number): number {
    return this.#files.find((one) => one.number > number)?.number ?? number + 1
  }

  async #closeWriting(): Promise<void> {
    const open = this.#writing
    this.#writing = undefined
    await open?.close()
  }
}

function pathOf(directory: string, number: number): string {
  return `${directory}/${String(number).padStart(8, '0')}.queue`
}

function checkHeader(bytes: Uint8Array): void {
  const reader = new ByteReader(bytes)
  if (reader.u32() !== MAGIC) throw new OutsideError('remote/queue', 'is no queue file')
  const version = reader.u16()
  if (version !== VERSION)
    throw new OutsideError('remote/queue', `queue file of version ${version}, wants ${VERSION}`)
}

/** @throws OutsideError `bytes/short`, `remote/queue` */
function readRecord(
  bytes: Uint8Array,
  offset: number,
): { readonly record: QueueRecord; readonly end: number } {
  const reader = new ByteReader(bytes, offset)
  const length = reader.u32()
  const crc = reader.u32()
  if (length > RECORD_BYTES_MAX)
    throw new OutsideError('remote/queue', `record of ${length} bytes at ${offset}`)
  const content = reader.raw(length)
  if (crc32c(content) !== crc)
    throw new OutsideError('remote/queue', `record at ${offset} fails its checksum`)
  const inner = new ByteReader(content)
  const epoch = inner.u32()
  const lane = inner.u16()
  const mayRepeat = (inner.u16() & 1) !== 0
  const samples = inner.u32()
  const minMs = inner.i64()
  const maxMs = inner.i64()
  const body = inner.raw(inner.remaining)
  const record = { epoch, lane, samples, minMs, maxMs, mayRepeat, body }
  return { record, end: reader.offset }
}
