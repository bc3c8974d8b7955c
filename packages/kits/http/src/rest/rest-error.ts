// What a handler throws to answer with a status: anything else that is thrown is a crash.

export class RestError extends Error {
  readonly status: number
  /** By field, for what was wrong with a request. */
  readonly fields: Readonly<Record<string, string>> | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    more: {
      readonly fields?: Readonly<Record<string, string>>
      readonly headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(message)
    this.name = 'RestError'
    this.status = status
    this.fields = more.fields
    this.headers = more.headers ?? {}
  }
}
