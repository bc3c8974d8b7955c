// GET /api/v1/status/cluster: who is there, who scrapes what, who leads which group, and what waits to be sent.
import type { FastifyInstance } from 'fastify'
import type { RunningServer } from './running-server.ts'

export function registerClusterRoute(app: FastifyInstance, server: RunningServer): void {
  app.get(`${server.urls.prefix}/api/v1/status/cluster`, async (_request, reply) => {
    const data = clusterStatus(server)
    return reply.header('Content-Type', 'application/json').send({ status: 'success', data })
  })
}

function clusterStatus(server: RunningServer): object {
  const { parts } = server
  const { cluster: part, scrapes, rules, remoteWrite } = parts
  const cluster = part?.cluster
  const self = cluster?.id ?? ''
  const targets = scrapes.pools().flatMap((pool) => [
    ...pool.active.map(({ labels, scrapeUrl }) => ({
      scrapePool: pool.name,
      scrapeUrl,
      labels: labels.toObject(),
      owners: [self],
    })),
    ...(pool.elsewhere ?? []).map(({ identity, labels, scrapeUrl }) => ({
      scrapePool: pool.name,
      scrapeUrl,
      labels: labels.toObject(),
      owners: cluster?.ownersOf(identity) ?? [],
    })),
  ])
  return {
    name: part?.config.name ?? '',
    id: self,
    state: cluster?.state ?? 'single',
    error: cluster?.lastError ?? '',
    members: cluster?.members ?? [],
    groups: rules.groups().map(({ settings }, i) => ({
      name: settings.name,
      file: settings.file,
      leader: cluster?.leaders.get(rules.groupKeys()[i]!) ?? '',
    })),
    notifier: cluster?.leaders.get('notifications') ?? '',
    targets,
    queues: remoteWrite.statuses.map(({ name, url, pending, stats }) => ({
      name,
      url,
      pending,
      diskBytes: stats.diskBytes,
      sent: stats.sent,
    })),
    waitingRecords: cluster?.shared.waiting ?? 0,
    ...(server.gaps === undefined ? {} : { backfill: server.gaps.backfill.stats }),
  }
}
