// The journals of the manager: alerts, silences, the notification log, remarks, history. Unlike other rooms this one
// goes on without its disk: an alert that cannot be written down is still told.
import { type Clock, type Disk, type Logger, OutsideError, RecordJournal } from '@pharos/base'
import { JOURNAL_BYTES_MAX, JOURNAL_RECORD_BYTES_MAX, JOURNAL_REWRITE_BYTES_MIN } from './limits.ts'

/** What state with a journal is opened with. */
export interface JournalledOptions {
  readonly clock: Clock
  readonly disk: Disk
  readonly log: Logger
  /** Undefined: it is in memory only. */
  readonly path: string | undefined
}

interface StateJournalOptions<R> extends JournalledOptions {
  readonly path: string
  /** Eight ASCII characters; see docs/format/alertmanager-journals.md. */
  readonly magic: string
  /** The records that say all there is now; read synchronously. */
  readonly state: () => Iterable<R>
  /** Called for each record of the file, oldest first. */
  readonly take: (record: R) => void
}

export class StateJournal<R> {
  readonly stats = { failures: 0 }
  readonly #journal: RecordJournal<R>

  private constructor(journal: RecordJournal<R>) {
    this.#journal = journal
  }

  /** @throws OutsideError `disk/…` when what is there cannot be read */
  static async open<R>(options: StateJournalOptions<R>): Promise<StateJournal<R>> {
    const journal = new RecordJournal<R>(options, {
      path: options.path,
      magic: options.magic,
      state: options.state,
      rewriteBytesMin: JOURNAL_REWRITE_BYTES_MIN,
      recordBytesMax: JOURNAL_RECORD_BYTES_MAX,
      fileBytesMax: JOURNAL_BYTES_MAX,
    })
    await journal.open(await journal.replay(options.take))
    return new StateJournal(journal)
  }

  /** Resolves when the records are on disk, or when the disk refused them: that is counted, and logged there. */
  async append(records: readonly R[]): Promise<void> {
    if (records.length === 0) return
    try {
      await this.#journal.appendAll(records)
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.stats.failures += records.length
    }
  }

  async close(): Promise<void> {
    await this.#journal.close()
  }
}
