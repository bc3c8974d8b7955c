// What `pharos top` shows, asked from the HTTP API that Prometheus has too.

import { type HttpClient, requestJson } from '@pharos/http'

interface DownTarget {
  readonly pool: string
  readonly url: string
  readonly error: string
}

interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>
  /** ms since 1970. */
  readonly sinceMs: number
}

interface SlowTarget {
  readonly pool: string
  readonly url: string
  readonly seconds: number
}

/** Lists have what stands out first. */
export interface ServerFacts {
  readonly version: string
  readonly targets: { readonly up: number; readonly down: number; readonly unknown: number }
  readonly series: number
  /** By name of the query; missing when the server does not scrape itself. */
  readonly numbers: ReadonlyMap<keyof typeof NUMBERS, number>
  readonly down: readonly DownTarget[]
  readonly firing: readonly FiringAlert[]
  readonly pending: number
  readonly largestMetrics: readonly { readonly name: string; readonly value: number }[]
  readonly slowest: readonly SlowTarget[]
}

/** Of the server that scrapes itself; of several, the largest. */
const NUMBERS = {
  samples: 'max(sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total[1m])))',
  cpu: 'max(rate(process_cpu_seconds_total[1m]) and on (instance) prometheus_build_info)',
  memory: 'max(process_resident_memory_bytes and on (instance) prometheus_build_info)',
} as const

const TIMEOUT_MS = 5_000

// The shapes of the API's answers, as far as they are looked at.
interface TargetsData {
  readonly activeTargets: readonly {
    readonly scrapePool: string
    readonly scrapeUrl: string
    readonly lastError: string
    readonly health: 'up' | 'down' | 'unknown'
    readonly lastScrapeDuration: number
  }[]
}
interface AlertsData {
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly state: string
    readonly activeAt: string
  }[]
}
interface TsdbData {
  readonly headStats: { readonly numSeries: number }
  readonly seriesCountByMetricName: readonly { readonly name: string; readonly value: number }[]
}
interface VectorData {
  readonly result: readonly { readonly value: readonly [number, string] }[]
}

/**
 * @param base  of the server, without a slash at the end
 * @throws OutsideError `http/…` when it does not answer as a server does
 */
export async function serverFacts(client: HttpClient, base: string): Promise<ServerFacts> {
  const ask = <T>(path: string): Promise<T> => answerOf<T>(client, `${base}/api/v1/${path}`)
  const [build, targets, tsdb, alerts, ...values] = await Promise.all([
    ask<{ readonly version: string }>('status/buildinfo'),
    ask<TargetsData>('targets?state=active'),
    ask<TsdbData>('status/tsdb?limit=10'),
    ask<AlertsData>('alerts'),
    ...Object.values(NUMBERS).map((query) =>
      ask<VectorData>(`query?query=${encodeURIComponent(query)}`),
    ),
  ])
  const { activeTargets } = targets
  const ofHealth = (health: string) => activeTargets.filter((one) => one.health === health)
  const ofState = (state: string) => alerts.alerts.filter((one) => one.state === state)
  return {
    version: build.version,
    targets: {
      up: ofHealth('up').length,
      down: ofHealth('down').length,
      unknown: ofHealth('unknown').length,
    },
    series: tsdb.headStats.numSeries,
    numbers: new Map(
      (Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]).flatMap((name, i) => {
        const text = values[i]?.result[0]?.value[1]
        return text === undefined ? [] : [[name, Number(text)] as const]
      }),
    ),
    down: ofHealth('down').map(({ scrapePool, scrapeUrl, lastError }) => ({
      pool: scrapePool,
      url: scrapeUrl,
      error: lastError,
    })),
    firing: ofState('firing')
      .map(({ labels, activeAt }) => ({ labels, sinceMs: Date.parse(activeAt) }))
      .sort((a, b) => a.sinceMs - b.sinceMs),
    pending: ofState('pending').length,
    largestMetrics: tsdb.seriesCountByMetricName,
    slowest: activeTargets
      .map(({ scrapePool, scrapeUrl, lastScrapeDuration }) => ({
        pool: scrapePool,
        url: scrapeUrl,
        seconds: lastScrapeDuration,
      }))
      .sort((a, b) => b.seconds - a.seconds),
  }
}

async function answerOf<T>(client: HttpClient, url: string): Promise<T> {
  const { value } = await requestJson(client, { url, timeoutMs: TIMEOUT_MS })
  // The cast: the API's answer.
  return (value as { readonly data: T }).data
}
