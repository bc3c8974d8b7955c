// Status and receivers, as the reference's API has them.
import { matchesAlert } from '@pharos/model'
import type { FastifyInstance } from 'fastify'
import type { AlertManager } from '../alert-manager.ts'
import { matchersOf, queryOf, sendJson, timeText } from './answers.ts'

export interface VersionInfo {
  readonly version: string
  readonly revision: string
  readonly branch: string
  readonly buildUser: string
  readonly buildDate: string
  readonly goVersion: string
}

export function registerStatusRoutes(
  scope: FastifyInstance,
  manager: AlertManager,
  versionInfo: VersionInfo,
): void {
  scope.get('/status', async (_, reply) =>
    sendJson(reply, {
      cluster: { status: 'disabled' },
      config: { original: manager.config.yaml },
      uptime: timeText(manager.startedMs),
      versionInfo,
    }),
  )
  scope.get('/receivers', async (request, reply) => {
    const matchers = matchersOf(queryOf(request), 'receiver_matchers')
    return sendJson(
      reply,
      manager.config.receivers
        .filter((receiver) => matchesAlert(matchers, receiver.labels))
        .map(({ name, labels }) => ({ name, labels: labels.toObject() })),
    )
  })
}
