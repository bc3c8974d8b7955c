/** What reading a body came to. Numbers count up to the failure, as in the reference. */
export interface BodyResult {
  /** '' when the body was good. */
  readonly error: string
  readonly failure: 'none' | 'parse' | 'sampleLimit' | 'labelLimit'
  readonly scraped: number
  /** After relabelling; samples that are then dropped for their time count too. */
  readonly added: number
  readonly seriesAdded: number
}

export const NO_BODY: BodyResult = {
  error: '',
  failure: 'none',
  scraped: 0,
  added: 0,
  seriesAdded: 0,
}
