// What every WAL file begins with: metadata at once, and the exemplars a slice at a time, because there may be 100,000 of
// them. Files before one whose header is not through must stay.

import { background, type Logger, type Pace, type Task } from '@pharos/base'
import { type ExemplarRing, logExemplar } from '../head/exemplar-ring.ts'
import type { MetadataStore } from '../metadata-store.ts'
import type { Wal } from './wal.ts'

/** Exemplars between two stops, some 100 µs. */
const STOP_EXEMPLARS = 32

interface WalHeaderContext {
  readonly exemplars: ExemplarRing
  readonly metadata: MetadataStore
  readonly pace: Pace
  readonly log: Logger
}

export class WalHeader {
  readonly #context: WalHeaderContext
  #sequence = -1
  #work: Promise<void> = Promise.resolve()

  constructor(context: WalHeaderContext) {
    this.#context = context
  }

  /** The newest file with a whole header. */
  get sequence(): number {
    return this.#sequence
  }

  /** Begins the header of the log's newest file. */
  begin(wal: Wal): void {
    const { metadata, pace, log } = this.#context
    metadata.logAll(wal)
    this.#work = pace.drive(this.#exemplars(wal, wal.sequence))
    background('exemplars of the WAL', this.#work, log)
  }

  /** All of it at one moment, for a file that must hold everything before anything else goes on. */
  write(wal: Wal): void {
    const { metadata, exemplars } = this.#context
    metadata.logAll(wal)
    for (const stored of exemplars.all()) logExemplar(wal, stored)
    this.#sequence = wal.sequence
  }

  /** Resolves when the newest header is through, or was given up for that of a newer file. */
  through(): Promise<void> {
    return this.#work
  }

  *#exemplars(wal: Wal, sequence: number): Task<void> {
    for (const [i, stored] of this.#context.exemplars.all().entries()) {
      if (i % STOP_EXEMPLARS === 0) yield
      // A newer file has its own header.
      if (wal.sequence !== sequence) return
      logExemplar(wal, stored)
    }
    this.#sequence = sequence
  }
}
