// Server-sent events: one direction, over plain HTTP, and browsers come again by themselves.

import type { FastifyReply } from 'fastify'
import type { Clock, Timer } from '@pharos/base'
import { jsonText } from './json-text.ts'
import { EVENT_BYTES_WAITING, EVENT_SILENCE_MS } from './limits.ts'

/** What is sent before the stream is open waits for it. */
export class EventStream {
  readonly #reply: FastifyReply
  readonly #clock: Clock
  #waiting: string[] | undefined = []

  constructor(reply: FastifyReply, clock: Clock) {
    this.#reply = reply
    this.#clock = clock
  }

  /** One event; `json` is a single line. */
  readonly send = (json: string): void => this.#write(`data: ${json}\n\n`)

  /** The last event: a reader that knows `failure` learns why nothing more comes. */
  fail(message: string): void {
    this.#write(`event: failure\ndata: ${jsonText(message)}\n\n`)
    this.end()
  }

  readonly end = (): void => void this.#reply.raw.end()

  /** Takes the answer over, headers and all. `onClose` is called once, whoever ends it. */
  open(onClose: () => void): FastifyReply {
    const { raw } = this.#reply
    this.#reply.hijack()
    for (const [name, value] of Object.entries(this.#reply.getHeaders()))
      if (value !== undefined) raw.setHeader(name, value)
    raw.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache',
      Connection: 'keep-alive',
      'X-Accel-Buffering': 'no',
    })
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const text of waiting) this.#write(text)
    // Proxies and both kernels forget a connection on which nothing is said.
    let timer: Timer
    const speak = (): void => {
      this.#write(':\n\n')
      timer = this.#clock.after(EVENT_SILENCE_MS, speak)
    }
    speak()
    raw.once('close', () => {
      timer.cancel()
      onClose()
    })
    return this.#reply
  }

  #write(text: string): void {
    const { raw } = this.#reply
    if (this.#waiting !== undefined) this.#waiting.push(text)
    // A reader that has stopped reading comes again.
    else if (raw.writableLength > EVENT_BYTES_WAITING) raw.destroy()
    else raw.write(text)
  }
}
