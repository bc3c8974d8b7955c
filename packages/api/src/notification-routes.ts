// What an operator should know now: as a list, and as a stream of server-sent events that goes on with every change.
import type { FastifyInstance } from 'fastify'
import { answerData } from './answer.ts'
import type { ApiServices } from './api-services.ts'
import { EventStream } from './event-stream.ts'
import { jsonValue } from './json-text.ts'

/** @source web/api/v1 notifications, notificationsSSE: 204 tells a client that there is no room, and not to come again */
export function registerNotificationRoutes(
  app: FastifyInstance,
  { notifications, clock }: Pick<ApiServices, 'notifications' | 'clock'>,
): void {
  app.get('/api/v1/notifications', async (_request, reply) =>
    answerData(reply, jsonValue(notifications.list())),
  )
  app.get('/api/v1/notifications/live', { exposeHeadRoute: false }, async (_request, reply) => {
    // A reader that falls behind is told everything again when it comes back.
    const events = new EventStream(reply, clock)
    const leave = notifications.subscribe((one) => events.send(jsonValue(one)), events.end)
    return leave === undefined ? reply.code(204).send() : events.open(leave)
  })
}
