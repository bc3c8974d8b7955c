// This server as a member of a cluster: what the configuration says, put in front of scraping, rules and alerts. The cluster is
// joined at the start; its settings do not change while the server runs.
import { messageOf, OutsideError, PLAIN_HTTP_CLIENT, UserError, type World } from '@pharos/base'
import type { AlertManager } from '@pharos/alertmanager'
import { Cluster, staticShard } from '@pharos/cluster'
import type { ClusterConfig } from '@pharos/config'
import { createHttpClient, type HttpClient } from '@pharos/http'
import type { Alert } from '@pharos/model'
import { EtcdClient } from '@pharos/registry'
import type { RuleLeadership } from '@pharos/rules'
import type { FlagReader } from './flag-reader.ts'
import { NOTIFICATIONS, SharedAlerts } from './shared-alerts.ts'

const PING_MS = 2000
const SEND_MS = 5000

interface ClusterPartContext {
  readonly world: World
  readonly config: ClusterConfig
  readonly externalUrl: string
  readonly hostName: string
  readonly port: number
  /** Who scrapes what may be another than before. */
  readonly onChange: () => void
}

export class ClusterPart {
  readonly cluster: Cluster
  readonly config: ClusterConfig
  readonly #world: World
  readonly #client: HttpClient
  #alerts: SharedAlerts | undefined

  private constructor(context: ClusterPartContext) {
    const { world, config, externalUrl, hostName, port } = context
    this.#world = world
    this.config = config
    const { disk } = world
    this.#client = createHttpClient(world, { settings: config.http, disk })
    const etcd = new EtcdClient({
      net: world.net,
      clock: world.clock,
      endpoints: config.etcd,
      http: createHttpClient(world, { settings: { ...PLAIN_HTTP_CLIENT, tls: config.tls }, disk }),
      timeoutMs: Math.max(500, config.leaseMs / 4),
      ...(config.username === ''
        ? {}
        : {
            credentials: async () => ({
              username: config.username,
              password: await this.#password(),
            }),
          }),
    })
    this.cluster = new Cluster(
      {
        name: config.name,
        id: config.id || `${hostName.replace(/[^\w.-]/g, '_')}:${port}`,
        url: (config.url || externalUrl).replace(/\/+$/, ''),
        weight: config.weight,
        leaseMs: config.leaseMs,
        replication: config.replication,
      },
      {
        etcd,
        clock: world.clock,
        log: world.log.component('cluster'),
        ping: (url) => this.#ping(url),
        onChange: () => {
          context.onChange()
          this.#alerts?.changed()
        },
      },
    )
  }

  /** Undefined without `cluster` in the configuration, or with peers alone. */
  static async join(
    context: Omit<ClusterPartContext, 'config'> & { readonly config: ClusterConfig | undefined },
  ): Promise<ClusterPart | undefined> {
    const { config } = context
    if (config === undefined || config.etcd.length === 0) return undefined
    const part = new ClusterPart({ ...context, config })
    await part.cluster.start()
    return part
  }

  /** Whether this member scrapes a target; undefined when targets are not shared. */
  get owns(): ((target: string) => boolean) | undefined {
    return this.config.sharesTargets ? (target) => this.cluster.owns(target) : undefined
  }

  get leadership(): RuleLeadership | undefined {
    if (!this.config.leadsRules) return undefined
    const { cluster } = this
    return {
      mayRun: (group) => cluster.mayLead(group),
      load: (group) => cluster.shared.get(`alerts/${group}`),
      save: (group, alerts) => cluster.shared.put(`alerts/${group}`, alerts),
    }
  }

  /** Groups of rules that want a leader, by `RuleManager.groupKeys`. */
  useGroups(groups: readonly string[]): void {
    this.cluster.lead(this.config.leadsRules ? [...groups, NOTIFICATIONS] : [NOTIFICATIONS])
  }

  /** Silences and what was said are the same on all members, and one of them sends. */
  shareAlerts(manager: AlertManager): void {
    if (this.config.sharesAlerts)
      this.#alerts = new SharedAlerts(this.cluster, manager, this.#world)
  }

  /** Tells the alert managers of all other members: whichever of them sends knows what fires. */
  async tell(alerts: readonly Alert[]): Promise<void> {
    if (!this.config.sharesAlerts) return
    const body = new TextEncoder().encode(
      JSON.stringify(
        alerts.map(({ labels, annotations, startsAtMs, endsAtMs, generatorUrl }) => ({
          labels: labels.toObject(),
          annotations: annotations.toObject(),
          startsAt: new Date(startsAtMs).toISOString(),
          endsAt: new Date(endsAtMs).toISOString(),
          generatorURL: generatorUrl,
        })),
      ),
    )
    const others = this.cluster.members.filter(({ id }) => id !== this.cluster.id)
    await Promise.all(others.map(({ url }) => this.#post(`${url}/api/v2/alerts`, body)))
  }

  async close(): Promise<void> {
    await this.cluster.close()
    this.#client.close()
  }

  async #password(): Promise<string> {
    const { password, passwordFile } = this.config
    if (passwordFile === '') return password
    return new TextDecoder().decode(await this.#world.disk.readFile(passwordFile, 4096)).trim()
  }

  async #ping(url: string): Promise<boolean> {
    try {
      const answer = await this.#client.request({ url: `${url}/-/healthy`, timeoutMs: PING_MS })
      answer.release()
      return answer.status === 200
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      return false
    }
  }

  async #post(url: string, body: Uint8Array): Promise<void> {
    try {
      const answer = await this.#client.request({
        url,
        method: 'POST',
        body,
        timeoutMs: SEND_MS,
        headers: [['Content-Type', 'application/json']],
      })
      answer.release()
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      this.#world.log.warn('another member did not take alerts', { url, err: messageOf(error) })
    }
  }
}

/**
 * `--shard=i/n`: this server scrapes the i-th of n parts, i from 0; the same part after every restart.
 * @returns undefined when the flag is not given
 */
export function staticOwner(flags: FlagReader): ((target: string) => boolean) | undefined {
  const found = /^(\d+)\/(\d+)$/.exec(flags.text('shard'))
  if (found === null) return undefined
  const [index, count] = [Number(found[1]), Number(found[2])]
  if (index >= count)
    throw new UserError(
      'flag/invalid',
      `--shard: ${index} of ${count}, the parts are 0 to ${count - 1}`,
    )
  return (target) => staticShard(target, count) === index
}
