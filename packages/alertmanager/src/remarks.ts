// What people say about an alert that fires: "I know", and comments. Forgotten when it is resolved.
import type { Clock } from '@pharos/base'
import { UserError } from '@pharos/base'
import { REMARK_CHARACTERS_MAX, REMARKS_MAX } from './limits.ts'
import { type JournalledOptions, StateJournal } from './state-journal.ts'

interface Acknowledgement {
  readonly by: string
  readonly atMs: number
  readonly comment: string
  readonly mode: 'ack' | 'mute'
}

interface Comment {
  readonly by: string
  readonly atMs: number
  readonly text: string
}

interface AlertRemarks {
  readonly acknowledgement?: Acknowledgement
  readonly comments: readonly Comment[]
}

interface RemarkRecord extends Partial<AlertRemarks> {
  readonly fingerprint: string
}

const NOTHING: AlertRemarks = { comments: [] }

export class Remarks {
  readonly #remarks = new Map<string, AlertRemarks>()
  readonly #clock: Clock
  #journal: StateJournal<RemarkRecord> | undefined

  private constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws OutsideError `disk/…` */
  static async open(options: JournalledOptions): Promise<Remarks> {
    const remarks = new Remarks(options.clock)
    if (options.path !== undefined)
      remarks.#journal = await StateJournal.open<RemarkRecord>({
        ...options,
        path: options.path,
        magic: 'PHAMRE01',
        take: ({ fingerprint, comments, acknowledgement }) => {
          if (comments === undefined) remarks.#remarks.delete(fingerprint)
          else remarks.#set(fingerprint, comments, acknowledgement)
        },
        state: () => [...remarks.#remarks].map(([fingerprint, one]) => ({ fingerprint, ...one })),
      })
    return remarks
  }

  of(fingerprint: string): AlertRemarks {
    return this.#remarks.get(fingerprint) ?? NOTHING
  }

  /** @throws UserError `alertmanager/remark` when it is too long or there are too many */
  async acknowledge(fingerprint: string, said: Omit<Acknowledgement, 'atMs'>): Promise<void> {
    this.#check(fingerprint, said.by, said.comment)
    const acknowledgement = { ...said, atMs: this.#clock.now() }
    await this.#keep(fingerprint, this.of(fingerprint).comments, acknowledgement)
  }

  /** False when it was not acknowledged. */
  async takeBack(fingerprint: string): Promise<boolean> {
    const { acknowledgement, comments } = this.of(fingerprint)
    if (acknowledgement === undefined) return false
    await this.#keep(fingerprint, comments, undefined)
    return true
  }

  /** @throws UserError `alertmanager/remark` */
  async comment(fingerprint: string, said: Omit<Comment, 'atMs'>): Promise<void> {
    this.#check(fingerprint, said.by, said.text)
    const { acknowledgement, comments } = this.of(fingerprint)
    if (comments.length >= 100)
      throw new UserError('alertmanager/remark', 'an alert has at most 100 comments')
    await this.#keep(
      fingerprint,
      [...comments, { ...said, atMs: this.#clock.now() }],
      acknowledgement,
    )
  }

  /** Of an alert that is resolved. */
  forget(fingerprint: string): void {
    if (this.#remarks.delete(fingerprint)) void this.#journal?.append([{ fingerprint }])
  }

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  async #keep(
    fingerprint: string,
    comments: readonly Comment[],
    acknowledgement: Acknowledgement | undefined,
  ): Promise<void> {
    const remarks = this.#set(fingerprint, comments, acknowledgement)
    await this.#journal?.append([{ fingerprint, ...remarks }])
  }

  #set(
    fingerprint: string,
    comments: readonly Comment[],
    acknowledgement: Acknowledgement | undefined,
  ): AlertRemarks {
    const remarks = { comments, ...(acknowledgement === undefined ? {} : { acknowledgement }) }
    this.#remarks.set(fingerprint, remarks)
    return remarks
  }

  #check(fingerprint: string, by: string, text: string): void {
    if (by === '') throw new UserError('alertmanager/remark', 'by: wants a name')
    if (by.length + text.length > REMARK_CHARACTERS_MAX)
      throw new UserError(
        'alertmanager/remark',
        `a remark has at most ${REMARK_CHARACTERS_MAX} characters`,
      )
    if (this.#remarks.size >= REMARKS_MAX && !this.#remarks.has(fingerprint))
      throw new UserError('alertmanager/remark', `at most ${REMARKS_MAX} alerts have remarks`)
  }
}
