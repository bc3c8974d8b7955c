// Docker's API over its unix socket or TCP, as far as discovery needs it.

import type { Clock, Disk, HttpClientSettings, Net } from '@pharos/base'
import { UserError } from '@pharos/base'
import type { DockerFilter } from '@pharos/config'
import { createHttpClient, listOf, objectOf, pairsOf, requestJson, textOf } from '@pharos/http'
import type { HttpClient, Json } from '@pharos/http'
import { metaName } from '@pharos/model'

export type Pairs = readonly (readonly [string, string])[]

export class DockerApi {
  readonly #client: HttpClient
  readonly #base: string
  readonly #socketPath: string | undefined

  /** @param host  `unix:///path`, `tcp://host:port`, `http(s)://host:port`. @throws UserError `discovery/docker-host` */
  constructor(
    host: string,
    http: HttpClientSettings,
    world: { readonly net: Net; readonly clock: Clock; readonly disk: Disk },
  ) {
    this.#client = createHttpClient(world, { settings: http, disk: world.disk })
    const match = /^(unix|tcp|https?):\/\/(.+?)\/*$/.exec(host)
    if (match === null)
      throw new UserError(
        'discovery/docker-host',
        `docker host wants unix:// or tcp://, has "${host}"`,
      )
    const [, scheme, place = ''] = match
    this.#socketPath = scheme === 'unix' ? place : undefined
    // With a CA or a certificate of its own, tcp is TLS, as for the docker command.
    const isSecure = scheme === 'https' || (scheme === 'tcp' && hasTls(http))
    this.#base = scheme === 'unix' ? 'http://docker' : `http${isSecure ? 's' : ''}://${place}`
  }

  async list(
    path: string,
    filters: readonly DockerFilter[],
    signal: AbortSignal,
  ): Promise<readonly Json[]> {
    const query =
      filters.length === 0
        ? ''
        : `?filters=${encodeURIComponent(JSON.stringify(filterObject(filters)))}`
    const { value } = await requestJson(this.#client, {
      url: `${this.#base}${path}${query}`,
      ...(this.#socketPath === undefined ? {} : { socketPath: this.#socketPath }),
      signal,
    })
    return listOf(value).map(objectOf)
  }

  /** Labels of each network, by its id. */
  async networkLabels(meta: string, signal: AbortSignal): Promise<ReadonlyMap<string, Pairs>> {
    const networks = await this.list('/networks', [], signal)
    return new Map(
      networks.map((network) => [
        textOf(network['Id']),
        [
          [`${meta}network_id`, textOf(network['Id'])],
          [`${meta}network_name`, textOf(network['Name'])],
          [`${meta}network_scope`, textOf(network['Scope'])],
          [`${meta}network_internal`, String(network['Internal'] === true)],
          [`${meta}network_ingress`, String(network['Ingress'] === true)],
          ...labelPairs(`${meta}network_label_`, network['Labels']),
        ],
      ]),
    )
  }

  close(): void {
    this.#client.close()
  }
}

export function labelPairs(prefix: string, labels: unknown): Pairs {
  return pairsOf(labels).map(([name, value]) => [metaName(prefix, name), value] as const)
}

function filterObject(
  filters: readonly DockerFilter[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(filters.map(({ name, values }) => [name, values]))
}

function hasTls({ tls }: HttpClientSettings): boolean {
  return (
    [tls.ca, tls.caFile, tls.cert, tls.certFile].some((text) => text !== '') ||
    tls.insecureSkipVerify
  )
}
