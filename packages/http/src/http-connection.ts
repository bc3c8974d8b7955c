import type { Connection, ConnectionEvents } from '@pharos/base'
import type { BodyBuffer } from './body-buffer.ts'
import { brokenError, malformed } from './client-errors.ts'
import { HeaderMemory, ResponseParser } from './response-parser.ts'

/** One connection and the response it is waiting for; between two requests it only watches for the other side's end. */
export class HttpConnection implements ConnectionEvents {
  readonly #connection: Connection
  readonly #gone: (connection: HttpConnection) => void
  readonly #headerMemory = new HeaderMemory()
  #parser: ResponseParser | undefined
  #resolve: ((parser: ResponseParser) => void) | undefined
  #reject: ((error: Error) => void) | undefined
  /** Monotonic time of the last use, ms; kept by the client. */
  idleSinceMs = 0
  usable = true

  constructor(connection: Connection, gone: (connection: HttpConnection) => void) {
    this.#connection = connection
    this.#gone = gone
    connection.listen(this)
  }

  /**
   * Sends a request and reads its response into `body`.
   * @throws OutsideError with a bare text; `responseStarted` tells whether anything had arrived
   */
  exchange(requestBytes: Uint8Array, method: string, body: BodyBuffer): Promise<ResponseParser> {
    const parser = new ResponseParser(method, body, this.#headerMemory)
    this.#parser = parser
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      try {
        this.#connection.write(requestBytes)
      } catch (error) {
        this.#fail(brokenError(error instanceof Error ? error : undefined))
      }
    })
  }

  /** True when bytes of the current response have arrived. */
  get responseStarted(): boolean {
    return this.#parser?.started ?? false
  }

  /** True when the current response's headers have been read. */
  get headDone(): boolean {
    return this.#parser?.headDone ?? false
  }

  /** Ends the connection; a waiting exchange fails with `error`. */
  abort(error: Error): void {
    this.#fail(error)
  }

  data(bytes: Uint8Array): void {
    const parser = this.#parser
    if (parser === undefined || parser.done) {
      // Nobody asked: what arrives between requests would be taken for the next answer.
      this.#fail(malformed('Unsolicited response received on idle HTTP channel'))
      return
    }
    try {
      parser.consume(bytes)
    } catch (error) {
      this.#fail(error instanceof Error ? error : malformed(String(error)))
      return
    }
    if (parser.done) this.#finish(parser)
  }

  end(): void {
    this.#ended(undefined)
  }

  closed(error?: Error): void {
    this.#ended(error)
  }

  #ended(error: Error | undefined): void {
    const parser = this.#parser
    if (parser === undefined || parser.done) {
      this.#destroy()
      return
    }
    if (error !== undefined) {
      this.#fail(brokenError(error))
      return
    }
    try {
      parser.end()
    } catch (cut) {
      this.#fail(cut instanceof Error ? cut : brokenError(undefined))
      return
    }
    parser.keepAlive = false
    this.#finish(parser)
  }

  #finish(parser: ResponseParser): void {
    const resolve = this.#resolve
    this.#resolve = undefined
    this.#reject = undefined
    if (!parser.keepAlive) this.#destroy()
    resolve?.(parser)
  }

  #fail(error: Error): void {
    const reject = this.#reject
    this.#resolve = undefined
    this.#reject = undefined
    this.#destroy()
    reject?.(error)
  }

  #destroy(): void {
    if (!this.usable) return
    this.usable = false
    this.#connection.destroy()
    this.#gone(this)
  }
}
