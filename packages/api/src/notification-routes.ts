// What an operator should know now: as a list, and as a stream of server-sent events that goes on with every change.
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Timer } from '@pharos/base'
import { answerData } from './answer.ts'
import type { ApiServices, Notification } from './api-services.ts'
import { jsonValue } from './json-text.ts'
import { EVENT_BYTES_WAITING, EVENT_SILENCE_MS } from './limits.ts'

/** @source web/api/v1 notifications, notificationsSSE: 204 tells a client that there is no room, and not to come again */
export function registerNotificationRoutes(
  app: FastifyInstance,
  { notifications, clock }: Pick<ApiServices, 'notifications' | 'clock'>,
): void {
  app.get('/api/v1/notifications', async (_request, reply) =>
    answerData(reply, jsonValue(notifications.list())),
  )
  app.get('/api/v1/notifications/live', { exposeHeadRoute: false }, async (_request, reply) => {
    const events = new EventStream(reply.raw)
    const leave = notifications.subscribe(events.send, events.end)
    if (leave === undefined) return reply.code(204).send()
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    events.open()
    // Proxies and both kernels forget a connection on which nothing is said.
    let timer: Timer
    const speak = (): void => {
      events.comment()
      timer = clock.after(EVENT_SILENCE_MS, speak)
    }
    speak()
    reply.raw.once('close', () => {
      leave()
      timer.cancel()
    })
    return reply
  })
}

/** What is sent before the stream is open waits for it. */
class EventStream {
  readonly #response: FastifyReply['raw']
  #waiting: string[] | undefined = []

  constructor(response: FastifyReply['raw']) {
    this.#response = response
  }

  readonly send = (notification: Notification): void =>
    this.#write(`data: ${jsonValue(notification)}\n\n`)

  readonly end = (): void => void this.#response.end()

  comment(): void {
    this.#write(':\n\n')
  }

  open(): void {
    this.#response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache',
      Connection: 'keep-alive',
      'X-Accel-Buffering': 'no',
    })
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const text of waiting) this.#write(text)
  }

  #write(text: string): void {
    if (this.#waiting !== undefined) this.#waiting.push(text)
    // A reader that has stopped reading comes again and is told everything then.
    else if (this.#response.writableLength > EVENT_BYTES_WAITING) this.#response.destroy()
    else this.#response.write(text)
  }
}
