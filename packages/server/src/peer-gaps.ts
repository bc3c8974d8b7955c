// What this server missed while it was away, asked of its peers after the start.

import { background, type World } from '@pharos/base'
import type { PrometheusConfig } from '@pharos/config'
import { createHttpClient } from '@pharos/http'
import { PeerBackfill, ReadClient } from '@pharos/remote'
import type { Tsdb } from '@pharos/tsdb'
import { VERSION } from './version.ts'

/** Of one window. */
const ASK_MS = 120_000
/** The first scrapes after the start bound the gap: so long is waited for them at most. */
const FIRST_SCRAPES_MS_MAX = 90_000

export interface PeerGaps {
  readonly backfill: PeerBackfill
  close(): Promise<void>
}

/**
 * Fills the gap between the newest sample that the store had at its start and now, at most `backfill` of the configuration.
 * @param newestMs  of the store as it was opened; not finite when it was empty
 */
export function fillGaps(
  tsdb: Tsdb,
  config: PrometheusConfig,
  world: World,
  newestMs: number,
): PeerGaps | undefined {
  const { cluster, global } = config
  if (cluster === undefined || cluster.peers.length === 0) return undefined
  const { clock, disk, log } = world
  const backfill = new PeerBackfill({
    clock,
    log: log.component('peers'),
    store: tsdb,
    local: (minMs, maxMs) => tsdb.querier(minMs, maxMs),
    peers: cluster.peers.map(
      (url) =>
        new ReadClient(createHttpClient(world, { settings: cluster.http, disk }), clock, {
          name: url,
          url: `${url.replace(/\/+$/, '')}/api/v1/read`,
          timeoutMs: ASK_MS,
          headers: [],
          userAgent: `Pharos/${VERSION}`,
        }),
    ),
    externalLabels: global.externalLabels,
    replicaLabel: cluster.replicaLabel,
    stepMs: global.scrapeIntervalMs,
  })
  const stop = new AbortController()
  const startedMs = clock.now()
  const fromMs = Math.max(Number.isFinite(newestMs) ? newestMs : 0, startedMs - cluster.backfillMs)
  const run = async (): Promise<void> => {
    const waitMs = Math.min(FIRST_SCRAPES_MS_MAX, 2 * global.scrapeIntervalMs)
    await clock.sleep(waitMs, stop.signal).catch(() => {})
    if (!stop.signal.aborted) await backfill.fill(fromMs, clock.now(), stop.signal)
  }
  const running = run()
  background('filling of gaps', running, log)
  return {
    backfill,
    close: async () => {
      stop.abort()
      await running
      backfill.close()
    },
  }
}
