// The write-ahead log: records collect in a buffer that is written every 100 ms, at 1 MiB or before a query is answered, one
// write in flight, and synced as the options say. What `sync()` resolved for is on disk; what `written()` resolved for is the
// operating system's and outlives this process.
//
//   record ──► buffer ──(100 ms, 1 MiB, query, sync)──► file 00000017 ──(fsync)──► waiters resolve
//
// An fsync may take as long as it wants: what is logged meanwhile is written beside it.
//
// When a write or an fsync fails, the pages of that file are not to be trusted and the fsync is never
// repeated: a new file is begun and everything that only memory holds is logged into it once more. If
// that fails too the log is down; its owner refuses samples and calls `retry` until it stands again.

import {
  background,
  ByteWriter,
  messageOf,
  OutsideError,
  type Clock,
  type Disk,
  type Logger,
  type OpenFile,
  type Timer,
} from '@pharos/base'
import { DefinitionWriter } from '../catalog/definition-writer.ts'
import {
  WAL_BATCH_BYTES,
  WAL_BATCH_MS,
  WAL_FILE_BYTES,
  WAL_SYNC_MS,
  WAL_WRITTEN_MS,
} from '../limits.ts'
import type { TsdbOptions } from '../tsdb-options.ts'
import type { TsdbStats } from '../tsdb-status.ts'
import { fileHeader } from './file-header.ts'
import { RecordBuffer } from './record-buffer.ts'

/** Numbers on disk: append only. */
export const WalRecord = {
  definitions: 1,
  row: 2,
  cells: 3,
  histogram: 6,
  exemplar: 7,
  lateCells: 9,
  lateHistogram: 10,
} as const

interface WalOwner {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
  readonly stats: TsdbStats
  /** Logs everything that is not in a segment or block yet. */
  relog(): void
  /** Begins to log what every file begins with (metadata, exemplars). */
  beginHeader(): void
  /** Logs all of that at once. */
  writeHeader(): void
  /** `failure` has changed. */
  changed(): void
}

interface Waiter {
  resolve(): void
  reject(error: Error): void
}

interface Batch {
  readonly sequence: number
  readonly buffer: RecordBuffer
}

export class Wal {
  readonly #folder: string
  readonly #syncMode: TsdbOptions['walSync']
  readonly #owner: WalOwner
  /** The file that the next record goes into. */
  sequence: number
  definitions: DefinitionWriter = new DefinitionWriter()
  #failure: Error | undefined
  #buffer = new RecordBuffer(64 << 10)
  #spare: RecordBuffer | undefined
  #loggedBytes = 0
  #rotated: Batch[] = []
  #file: OpenFile | undefined
  #fileSequence = -1
  #isDirectoryDirty = false
  #unsyncedBytes = 0
  #lastSyncMs: number
  #waiters: Waiter[] = []
  #pumping: Promise<void> | undefined
  /** Records so far, those of them that the operating system has, and who waits for it to have more. */
  #loggedCount = 0
  #writtenCount = 0
  #readers: { readonly count: number; done(): void }[] = []
  /** An fsync of the newest file goes on. */
  #isSyncing = false
  /** A write during that fsync. */
  #beside: Promise<void> | undefined
  #timer: Timer | undefined
  #isClosed = false
  readonly #scratch = new ByteWriter(1024)

  /** Writes nothing yet: files are made when there is something to write. */
  constructor(folder: string, sequence: number, syncMode: TsdbOptions['walSync'], owner: WalOwner) {
    this.#folder = folder
    this.sequence = sequence
    this.#syncMode = syncMode
    this.#owner = owner
    this.#lastSyncMs = owner.clock.monotonicMs()
  }

  /** Why the log is down; undefined while it stands. */
  get failure(): Error | undefined {
    return this.#failure
  }

  #setFailure(failure: Error | undefined): void {
    this.#failure = failure
    this.#owner.changed()
  }

  /** The buffer, inside a record that `commit` ends. Definitions it uses are logged before it. */
  begin(): RecordBuffer {
    if (this.definitions.hasNews) {
      this.#scratch.clear()
      this.definitions.flush(this.#scratch)
      this.#buffer.add(WalRecord.definitions, this.#scratch.bytes())
    }
    this.#buffer.begin()
    return this.#buffer
  }

  commit(type: number): void {
    this.#buffer.end(type)
    this.#noted()
  }

  /** A whole record at once. */
  add(type: number, body: Uint8Array): void {
    this.begin().append(body)
    this.commit(type)
  }

  /**
   * Resolves when everything logged before the call is on disk (with `never`: is written).
   * @throws OutsideError `tsdb/read-only` when it could not be written; the samples stay in memory and are
   *   written when the disk has recovered
   */
  sync(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(readOnly(this.failure))
    if (this.#isClosed) return Promise.reject(new OutsideError('tsdb/closed', 'store is closed'))
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.#pump()
    })
  }

  /**
   * Resolves when the operating system has everything that was logged before the call; undefined when it has. A log that is
   * down has nothing to wait for, and a disk that takes nothing for a second holds up nobody. Never rejects.
   */
  written(): Promise<void> | undefined {
    if (this.#writtenCount >= this.#loggedCount || this.#failure !== undefined) return undefined
    if (this.#isClosed) return undefined
    const count = this.#loggedCount
    return new Promise((resolve) => {
      const timer = this.#owner.clock.after(WAL_WRITTEN_MS, resolve)
      const done = (): void => {
        timer.cancel()
        resolve()
      }
      this.#readers.push({ count, done })
      this.#pump()
    })
  }

  /** Tries to stand up again: a new file with everything that only memory holds. */
  async retry(): Promise<boolean> {
    await this.#pumping
    if (this.failure === undefined) return true
    const work = this.#restart()
    this.#pumping = work.then(() => undefined)
    const stands = await work
    this.#pumping = undefined
    if (stands) this.#pump()
    return stands
  }

  /** Stops logging; memory keeps its samples. For an owner that has no room left on disk. */
  async close(): Promise<void> {
    if (this.failure === undefined && !this.#isClosed) {
      await this.sync().catch((error: unknown) => {
        this.#owner.log.error('WAL could not be written at shutdown', { err: messageOf(error) })
      })
    }
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#pumping
    await this.#closeFile()
    this.#answerReaders(Infinity)
  }

  /** The next record goes into a new file, so that all files before it may go once their rows are elsewhere. */
  rotate(): void {
    if (this.failure !== undefined || this.#isClosed) return
    this.#nextFile()
    this.#pump()
  }

  #noted(): void {
    this.#owner.stats.walRecords++
    this.#loggedCount++
    const buffer = this.#buffer
    if (buffer.length + this.#loggedBytes > WAL_FILE_BYTES) {
      this.#nextFile()
      this.#pump()
    } else if (buffer.length >= WAL_BATCH_BYTES) {
      this.#pump()
    } else {
      this.#arm(WAL_BATCH_MS)
    }
  }

  /** From now on records go into a new file, which begins with its own definitions. */
  #nextFile(): void {
    this.#rotated.push({ sequence: this.sequence, buffer: this.#buffer })
    this.#beginSequence()
    this.#owner.beginHeader()
  }

  #beginSequence(): void {
    this.sequence++
    this.definitions = new DefinitionWriter()
    this.#buffer = new RecordBuffer(64 << 10)
    this.#loggedBytes = 0
  }

  #arm(delayMs: number): void {
    if (this.#timer !== undefined || this.#isClosed || this.failure !== undefined) return
    this.#timer = this.#owner.clock.after(delayMs, () => {
      this.#timer = undefined
      this.#pump()
    })
  }

  #pump(): void {
    if (this.failure !== undefined) return
    if (this.#pumping !== undefined) {
      this.#writeBeside()
      return
    }
    this.#timer?.cancel()
    this.#timer = undefined
    this.#pumping = this.#write().finally(() => {
      this.#pumping = undefined
      if (this.failure !== undefined || this.#isClosed) return
      if (this.#waiters.length > 0 || this.#readers.length > 0) this.#pump()
      else if (this.#buffer.length > 0) this.#arm(WAL_BATCH_MS)
      else if (this.#unsyncedBytes > 0 && this.#syncMode === 'interval') this.#arm(WAL_SYNC_MS)
    })
    background('WAL', this.#pumping, this.#owner.log)
  }

  /** Writes and syncs until nothing is left to do. Never rejects. */
  async #write(): Promise<void> {
    for (;;) {
      const waiters = this.#waiters
      this.#waiters = []
      try {
        await this.#writeBatches(waiters.length > 0)
      } catch (error) {
        this.#waiters.unshift(...waiters)
        this.#setFailure(error instanceof Error ? error : new Error(messageOf(error)))
        this.#owner.log.error('WAL write failed; beginning a new file', { err: messageOf(error) })
        await this.#restart()
        return
      }
      for (const waiter of waiters) waiter.resolve()
      if (this.#waiters.length === 0 && this.#buffer.length < WAL_BATCH_BYTES) return
    }
  }

  async #writeBatches(isWaitedFor: boolean): Promise<void> {
    const batches = this.#rotated
    this.#rotated = []
    const count = this.#loggedCount
    if (this.#buffer.length > 0) batches.push(this.#takeBuffer())
    for (const batch of batches) await this.#writeBatch(batch)
    this.#answerReaders(count)
    if (this.#syncMode === 'never') return
    const { clock } = this.#owner
    const isDue = clock.monotonicMs() - this.#lastSyncMs >= WAL_SYNC_MS - WAL_BATCH_MS
    if (!isWaitedFor && this.#syncMode !== 'always' && !isDue) return
    this.#isSyncing = true
    if (this.#readers.length > 0) this.#writeBeside()
    const [synced] = await Promise.allSettled([this.#syncFile()])
    this.#isSyncing = false
    const [beside] = await Promise.allSettled([this.#beside])
    this.#beside = undefined
    if (synced.status === 'rejected') throw synced.reason
    if (beside.status === 'rejected') throw beside.reason
  }

  #takeBuffer(): Batch {
    const batch = { sequence: this.sequence, buffer: this.#buffer }
    this.#buffer = this.#spare ?? new RecordBuffer(this.#buffer.bytes.length)
    this.#spare = undefined
    return batch
  }

  async #writeBatch({ sequence, buffer }: Batch): Promise<void> {
    const file = await this.#openFile(sequence)
    const bytes = buffer.bytes.subarray(0, buffer.length)
    await file.append(bytes)
    if (sequence === this.sequence) this.#loggedBytes += bytes.length
    this.#unsyncedBytes += bytes.length
    this.#owner.stats.walBytes += bytes.length
    buffer.length = 0
    // A buffer that once took a burst is not kept at that size.
    if (buffer.bytes.length <= 4 * WAL_BATCH_BYTES) this.#spare = buffer
  }

  /** Writes the buffer while the fsync of its file goes on; what must go into another file waits. */
  #writeBeside(): void {
    const isSameFile = this.#rotated.length === 0 && this.#fileSequence === this.sequence
    if (!this.#isSyncing || this.#beside !== undefined || !isSameFile) return
    if (this.#buffer.length === 0) return
    const count = this.#loggedCount
    const work = this.#writeBatch(this.#takeBuffer())
    this.#beside = work
    void work.then(
      () => {
        this.#beside = undefined
        this.#answerReaders(count)
        if (this.#readers.length > 0) this.#writeBeside()
      },
      // The one who waits for the fsync learns of it.
      () => undefined,
    )
  }

  /** The operating system has the first `count` records. */
  #answerReaders(count: number): void {
    this.#writtenCount = Math.max(this.#writtenCount, Math.min(count, this.#loggedCount))
    if (this.#readers.length === 0) return
    const waiting = this.#readers.filter((reader) => reader.count > count)
    for (const reader of this.#readers) if (reader.count <= count) reader.done()
    this.#readers = waiting
  }

  async #openFile(sequence: number): Promise<OpenFile> {
    if (this.#file !== undefined && this.#fileSequence === sequence) return this.#file
    if (this.#file !== undefined && this.#syncMode !== 'never') await this.#syncFile()
    await this.#closeFile()
    const { disk, clock } = this.#owner
    const file = await disk.open(this.#path(sequence), 'create')
    this.#file = file
    this.#fileSequence = sequence
    this.#isDirectoryDirty = true
    const header = fileHeader('PHW1', clock.now())
    await file.append(header)
    this.#unsyncedBytes += header.length
    return file
  }

  async #syncFile(): Promise<void> {
    if (this.#file === undefined || this.#unsyncedBytes === 0) return
    const bytes = this.#unsyncedBytes
    await this.#file.sync()
    if (this.#isDirectoryDirty) {
      await this.#owner.disk.syncDirectory(this.#folder)
      this.#isDirectoryDirty = false
    }
    this.#unsyncedBytes -= bytes
    this.#lastSyncMs = this.#owner.clock.monotonicMs()
  }

  /** @returns whether the log stands; the waiters have their answer then */
  async #restart(): Promise<boolean> {
    const { log, disk } = this.#owner
    await this.#closeFile()
    this.#rotated = []
    // From here to the first await nothing else runs: memory is logged at one moment.
    this.#beginSequence()
    this.#setFailure(undefined)
    const { sequence } = this
    const waiters = this.#waiters
    this.#waiters = []
    try {
      this.#owner.writeHeader()
      this.#owner.relog()
      await this.#writeBatches(true)
    } catch (error) {
      this.#setFailure(error instanceof Error ? error : new Error(messageOf(error)))
      log.error('WAL is down; samples are refused until it recovers', { err: messageOf(error) })
      for (const waiter of [...waiters, ...this.#waiters]) waiter.reject(readOnly(error))
      this.#waiters = []
      this.#answerReaders(Infinity)
      await this.#closeFile()
      // Nothing in the half-written file is needed, and it may be what fills the disk.
      await disk.remove(this.#path(sequence)).catch((cause: unknown) => {
        log.debug('half-written WAL file stays', { err: messageOf(cause) })
      })
      return false
    }
    for (const waiter of waiters) waiter.resolve()
    return true
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#unsyncedBytes = 0
    await file?.close().catch((error: unknown) => {
      this.#owner.log.warn('WAL file could not be closed', { err: messageOf(error) })
    })
  }

  #path(sequence: number): string {
    return `${this.#folder}/${walFileName(sequence)}`
  }
}

function walFileName(sequence: number): string {
  return String(sequence).padStart(8, '0')
}

function readOnly(cause: unknown): OutsideError {
  return new OutsideError('tsdb/read-only', `store is read-only: ${messageOf(cause)}`, { cause })
}
