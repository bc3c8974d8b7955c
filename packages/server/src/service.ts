/** Something that was started and runs until it is told to end. */
export interface Service {
  /** Where people reach it. */
  readonly url: string
  /** Takes the configuration again; failures are logged and counted, the old one stays. */
  reload(): void
  /** Ends in order; `ended` then resolves. A second call changes nothing. */
  quit(reason: string): void
  /** Resolves with the exit code. */
  readonly ended: Promise<number>
}
