/** The terminal as a parameter: where text comes from and goes to, and how the process is told to stop. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly workingDirectory: string
  /** Undefined: output goes to a file or a pipe. */
  readonly columns: number | undefined
  write(text: string): void
  writeError(text: string): void
  onSignal(signal: 'SIGHUP' | 'SIGINT' | 'SIGTERM', handle: () => void): void
  /** Ends the process at once, for a second signal. */
  exit(code: number): void
}
