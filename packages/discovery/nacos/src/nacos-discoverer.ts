// `nacos_sd_configs`: services of a Nacos server, over its v1 API, or over the list that its Prometheus plugin answers.

import { OutsideError } from '@pharos/base'
import type { Clock, Disk, Logger, Net } from '@pharos/base'
import { readTargetJson } from '@pharos/config'
import type { NacosDiscoverySettings } from '@pharos/config'
import { createHttpClient, listOf, objectOf, pairsOf, requestJson, textOf } from '@pharos/http'
import type { HttpClient, Json } from '@pharos/http'
import { createPollingDiscoverer, hostPort, Labels, LabelsBuilder, metaName } from '@pharos/model'
import type { PollingDiscoverer, TargetGroup } from '@pharos/model'
import { PAGE_SIZE, REQUESTS_AT_ONCE, SERVICES_MAX, TOKEN_EARLY_MS } from './limits.ts'

interface NacosDiscoveryWorld {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly log: Logger
}

const META = '__meta_nacos_'

/**
 * One group for each service, with its name as source and `__meta_nacos_service`, `_group`, `_namespace`; targets have
 * `_instance_id`, `_cluster`, `_healthy`, `_enabled`, `_ephemeral`, `_weight` and `_metadata_<key>`.
 *
 * A server whose path has `/prometheus` is that plugin (HTTP service discovery); all others are asked by the v1 API.
 * @source Nacos open API v1; nacos-prometheus-plugin
 */
export function createNacosDiscoverer(
  settings: NacosDiscoverySettings,
  world: NacosDiscoveryWorld,
): PollingDiscoverer {
  const client = createHttpClient(world, { settings: settings.http, disk: world.disk })
  const nacos = new Nacos(settings, client, world)
  return createPollingDiscoverer({
    mechanism: 'nacos',
    intervalMs: settings.refreshIntervalMs,
    clock: world.clock,
    log: world.log,
    close: () => client.close(),
    ask: (signal) =>
      /\/prometheus(\/|$)/.test(settings.url) ? nacos.plugin(signal) : nacos.groups(signal),
  })
}

class Nacos {
  readonly #settings: NacosDiscoverySettings
  readonly #client: HttpClient
  readonly #world: NacosDiscoveryWorld
  readonly #base: string
  #token = ''
  #tokenUntilMs = 0

  constructor(settings: NacosDiscoverySettings, client: HttpClient, world: NacosDiscoveryWorld) {
    this.#settings = settings
    this.#client = client
    this.#world = world
    const base = settings.url.replace(/\/+$/, '')
    // `host:8848` stands for Nacos' usual place.
    this.#base = /^https?:\/\/[^/]+$/.test(base) ? `${base}/nacos` : base
  }

  async groups(signal: AbortSignal): Promise<readonly TargetGroup[]> {
    const { services } = this.#settings
    const names = services.length > 0 ? services : await this.#serviceNames(signal)
    const groups: TargetGroup[] = []
    for (let i = 0; i < names.length; i += REQUESTS_AT_ONCE) {
      const some = names.slice(i, i + REQUESTS_AT_ONCE)
      groups.push(...(await Promise.all(some.map((name) => this.#group(name, signal)))))
    }
    return groups.filter((group) => group.targets.length > 0)
  }

  async plugin(signal: AbortSignal): Promise<readonly TargetGroup[]> {
    const { url, services } = this.#settings
    const { value } = await requestJson(this.#client, { url, signal })
    return readTargetJson(JSON.stringify(value), url)
      .map(({ targets, labels }, i) => ({
        source: `${url}:${i}`,
        targets,
        labels: new LabelsBuilder(labels)
          .set(`${META}service`, labels.get('__meta_serviceName') || labels.get('serviceName'))
          .labels(),
      }))
      .filter(
        ({ labels }) => services.length === 0 || services.includes(labels.get(`${META}service`)),
      )
  }

  async #serviceNames(signal: AbortSignal): Promise<readonly string[]> {
    const names: string[] = []
    for (let page = 1; names.length < SERVICES_MAX; page++) {
      const query = { pageNo: String(page), pageSize: String(PAGE_SIZE) }
      const answer = objectOf(await this.#asked('/v1/ns/service/list', query, signal))
      const doms = listOf(answer['doms']).map(textOf)
      names.push(...doms)
      if (doms.length < PAGE_SIZE || names.length >= Number(textOf(answer['count']))) break
    }
    return names
  }

  async #group(name: string, signal: AbortSignal): Promise<TargetGroup> {
    const { namespace, group } = this.#settings
    const answer = objectOf(
      await this.#asked('/v1/ns/instance/list', { serviceName: name }, signal),
    )
    return {
      source: name,
      labels: Labels.of([
        [`${META}service`, name],
        [`${META}group`, group],
        [`${META}namespace`, namespace === '' ? 'public' : namespace],
      ]),
      targets: listOf(answer['hosts']).map((host) => targetOf(objectOf(host))),
    }
  }

  async #asked(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { namespace, group } = this.#settings
    const parameters = new URLSearchParams({ ...query, groupName: group })
    if (namespace !== '') parameters.set('namespaceId', namespace)
    const token = await this.#accessToken(signal)
    if (token !== '') parameters.set('accessToken', token)
    const url = `${this.#base}${path}?${parameters.toString()}`
    return (await requestJson(this.#client, { url, signal })).value
  }

  async #accessToken(signal: AbortSignal): Promise<string> {
    const { username, password, passwordFile } = this.#settings
    const { clock, disk } = this.#world
    if (username === '') return ''
    if (this.#token !== '' && clock.monotonicMs() < this.#tokenUntilMs) return this.#token
    const secret =
      passwordFile === ''
        ? password
        : new TextDecoder().decode(await disk.readFile(passwordFile, 65_536)).trim()
    const { value } = await requestJson(this.#client, {
      url: `${this.#base}/v1/auth/login`,
      method: 'POST',
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      body: new TextEncoder().encode(
        new URLSearchParams({ username, password: secret }).toString(),
      ),
      signal,
    })
    const answer = objectOf(value)
    this.#token = textOf(answer['accessToken'])
    if (this.#token === '')
      throw new OutsideError('discovery/answer', 'nacos: no accessToken in the answer')
    const lifeMs = Number(textOf(answer['tokenTtl'])) * 1_000
    this.#tokenUntilMs = clock.monotonicMs() + Math.max(0, lifeMs - TOKEN_EARLY_MS)
    return this.#token
  }
}

function targetOf(host: Json): Labels {
  const pairs: [string, string][] = [
    ['__address__', hostPort(textOf(host['ip']), textOf(host['port']))],
    [`${META}instance_id`, textOf(host['instanceId'])],
    [`${META}cluster`, textOf(host['clusterName'])],
    [`${META}healthy`, textOf(host['healthy'])],
    [`${META}enabled`, textOf(host['enabled'])],
    [`${META}ephemeral`, textOf(host['ephemeral'])],
    [`${META}weight`, textOf(host['weight'])],
  ]
  for (const [key, value] of pairsOf(host['metadata']))
    pairs.push([metaName(`${META}metadata_`, key), value])
  return Labels.from(Object.fromEntries(pairs))
}
