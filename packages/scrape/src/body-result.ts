/** What reading a body came to. Numbers count up to the failure, as in the reference. */
export interface BodyResult {
  /** '' when the body was good. */
  readonly error: string
  readonly failure: 'none' | 'parse' | 'sampleLimit' | 'labelLimit' | 'quarantine'
  readonly scraped: number
  /** After relabelling; samples that are then dropped for their time count too. */
  readonly added: number
  readonly seriesAdded: number
  /** The first series that went over a limit; '' when no single one did. */
  readonly offending: string
}

export const NO_BODY: BodyResult = {
  error: '',
  failure: 'none',
  scraped: 0,
  added: 0,
  seriesAdded: 0,
  offending: '',
}
