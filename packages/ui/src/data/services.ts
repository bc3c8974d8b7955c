// Registered services as the server tells them: filtered, and counted for the heading of each.
import type { Health } from './api-types.ts'
import { everyWordIn, wordsOf } from './search.ts'

export interface ServiceCheck {
  /** As the instance wrote it: `http:/healthz interval=5s`. */
  readonly check: string
  readonly state: 'passing' | 'critical' | 'unknown'
  readonly failures: number
  readonly lastError: string
  readonly lastCheck: string
  /** s */
  readonly latency: number
}

export interface ServiceInstance {
  readonly id: string
  readonly address: string
  /** Missing for registries without leases. */
  readonly leaseSeconds?: number
  readonly routes: readonly { readonly path: string; readonly methods: string }[]
  readonly metadata: Readonly<Record<string, string>>
  /** Missing for an instance that does not want to be asked. */
  readonly check?: ServiceCheck
  readonly scrapePool: string
  readonly metricsUrl: string
  readonly health: Health
  readonly lastError: string
  readonly lastScrape: string
  /** s */
  readonly lastScrapeDuration: number
}

export interface ServicesData {
  readonly services: readonly {
    readonly name: string
    readonly instances: readonly ServiceInstance[]
  }[]
}

export interface ServiceGroup {
  readonly name: string
  /** Instances that are well. */
  readonly well: number
  readonly instances: readonly ServiceInstance[]
}

/** Services with the instances that pass the filter; every word must occur. */
export function serviceGroups(data: ServicesData, filter: string): readonly ServiceGroup[] {
  const words = wordsOf(filter)
  return data.services
    .map(({ name, instances }) => {
      const shown = instances.filter((one) => everyWordIn(words, textOf(name, one)))
      return { name, well: shown.filter(isWell).length, instances: shown }
    })
    .filter(({ instances }) => instances.length > 0)
}

/** Its metrics can be had and its check does not say otherwise. */
export function isWell({ health, check }: ServiceInstance): boolean {
  return health === 'up' && check?.state !== 'critical'
}

/** How long it takes to answer, s: the check where there is one, else the scrape. Undefined before the first. */
export function latencyOf({
  check,
  health,
  lastScrapeDuration,
}: ServiceInstance): number | undefined {
  if (check !== undefined && check.state !== 'unknown') return check.latency
  return health === 'unknown' ? undefined : lastScrapeDuration
}

function textOf(name: string, { id, address, lastError, check }: ServiceInstance): string {
  const checkText = check === undefined ? '' : `${check.state} ${check.lastError}`
  return `${name} ${id} ${address} ${lastError} ${checkText}`.toLowerCase()
}
