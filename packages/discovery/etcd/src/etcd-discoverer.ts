// Targets from services that registered in etcd or in the built-in registry: one group an instance.

import type { Clock, Disk, Logger, Net } from '@pharos/base'
import type { EtcdDiscoverySettings } from '@pharos/config'
import { createHttpClient } from '@pharos/http'
import { Labels } from '@pharos/model'
import type { Discoverer, TargetGroup } from '@pharos/model'
import { addressOf, EtcdClient, serviceLabels, ServiceWatch } from '@pharos/registry'
import type { FoundService, ServiceChange, ServiceWatchStats } from '@pharos/registry'

interface EtcdDiscoveryWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly log: Logger
}

export interface EtcdDiscoveryStats extends Readonly<ServiceWatchStats> {
  /** Instances found now. */
  readonly targets: number
  /** Keys whose value cannot be used now. */
  readonly skipped: number
}

export interface EtcdDiscoverer extends Discoverer {
  readonly stats: EtcdDiscoveryStats
  /** Keys whose value cannot be used, with the reason. */
  readonly skipped: ReadonlyMap<string, string>
}

/**
 * Finds the targets of `etcd_sd_configs`. Groups have the key as source and the labels `__meta_etcd_key`,
 * `__meta_service_name`, `_id`, `_host`, `_port`, `_lease_ttl`, `_route_*` and `_metadata_*`.
 * @throws UserError `registry/endpoint`, `registry/layout`; a checked configuration has neither
 */
export function createEtcdDiscoverer(
  settings: EtcdDiscoverySettings,
  world: EtcdDiscoveryWorld,
): EtcdDiscoverer {
  return new EtcdDiscovery(settings, world)
}

class EtcdDiscovery implements EtcdDiscoverer {
  readonly #client: EtcdClient
  readonly #watch: ServiceWatch

  constructor(settings: EtcdDiscoverySettings, world: EtcdDiscoveryWorld) {
    const { disk } = world
    const { username, password, passwordFile } = settings
    const { net, clock } = world
    this.#client = new EtcdClient({
      net,
      clock,
      endpoints: settings.endpoints,
      http: createHttpClient({ net, clock }, { settings: settings.http, disk }),
      isSecure: hasTls(settings),
      ...(username === ''
        ? {}
        : {
            credentials: async () => ({
              username,
              password: passwordFile === '' ? password : (await textOf(disk, passwordFile)).trim(),
            }),
          }),
    })
    this.#watch = new ServiceWatch({
      client: this.#client,
      clock: world.clock,
      log: world.log.component('discovery etcd'),
      prefix: settings.prefix,
      layout: settings.layout,
      refreshMs: settings.refreshIntervalMs,
    })
  }

  get stats(): EtcdDiscoveryStats {
    const { stats, services, skipped } = this.#watch
    return { ...stats, targets: services.size, skipped: skipped.size }
  }

  get skipped(): ReadonlyMap<string, string> {
    return this.#watch.skipped
  }

  async run(found: (groups: readonly TargetGroup[]) => void, signal: AbortSignal): Promise<void> {
    // The first list is told even when it is empty: what was there before a reload is gone then.
    await this.#watch.run((change) => found(groupsOf(change)), signal)
    this.#client.close()
  }
}

function groupsOf({ put, gone }: ServiceChange): TargetGroup[] {
  return [
    ...put.map(groupOf),
    ...gone.map((key) => ({ source: key, targets: [], labels: Labels.EMPTY })),
  ]
}

function groupOf(one: FoundService): TargetGroup {
  const address = Labels.of([['__address__', addressOf(one.instance)]])
  return {
    source: one.key,
    targets: [address],
    labels: Labels.of(serviceLabels(one)),
  }
}

function hasTls({ http: { tls } }: EtcdDiscoverySettings): boolean {
  return [tls.ca, tls.caFile, tls.cert, tls.certFile].some((text) => text !== '')
}

/** Read again each time: secrets are rotated under a running server. */
async function textOf(disk: Disk, path: string): Promise<string> {
  return new TextDecoder().decode(await disk.readFile(path, SECRET_BYTES_MAX))
}

const SECRET_BYTES_MAX = 65_536
