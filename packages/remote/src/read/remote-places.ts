// The places that queries read besides the own store, as the configuration names them.

import type { Clock, Disk, Net } from '@pharos/base'
import type { RemoteReadSettings, StorageRemoteSettings } from '@pharos/config'
import { createHttpClient } from '@pharos/http'
import { Labels } from '@pharos/model'
import { EngineSource } from './engine-source.ts'
import { ReadClient } from './read-client.ts'
import type { ReadSource } from './read-source.ts'
import type { ReadPlace } from './split-queryable.ts'

interface RemotePlacesContext {
  readonly clock: Clock
  readonly disk: Disk
  readonly net: Net
  readonly userAgent: string
  /**
   * How far behind its oldest sample the own store is sure to have everything, for `remote_read`: whoever names another
   * server there may have begun to scrape later than it did. ms.
   */
  readonly marginMs: number
}

export class RemotePlaces {
  readonly #context: RemotePlacesContext
  #places: readonly ReadPlace[] = []

  constructor(context: RemotePlacesContext) {
    this.#context = context
  }

  get places(): readonly ReadPlace[] {
    return this.#places
  }

  apply(
    reads: readonly RemoteReadSettings[],
    engine: StorageRemoteSettings | undefined,
    externalLabels: Labels,
  ): void {
    this.close()
    const places = reads.map((settings) => this.#remoteRead(settings, externalLabels))
    if (engine !== undefined) places.push(this.#engine(engine, externalLabels))
    this.#places = places
  }

  close(): void {
    for (const { source } of this.#places) source.close()
    this.#places = []
  }

  #remoteRead(settings: RemoteReadSettings, externalLabels: Labels): ReadPlace {
    const { clock, userAgent, marginMs } = this.#context
    return {
      source: new ReadClient(this.#client(settings.http), clock, { ...settings, userAgent }),
      readsRecent: settings.readsRecent,
      marginMs,
      requiredMatchers: settings.requiredMatchers,
      externalLabels: settings.filtersExternalLabels ? externalLabels : Labels.EMPTY,
    }
  }

  #engine(settings: StorageRemoteSettings, externalLabels: Labels): ReadPlace {
    return {
      source: this.#engineSource(settings),
      readsRecent: settings.readsRecent,
      marginMs: 0,
      requiredMatchers: [],
      externalLabels,
    }
  }

  #engineSource(settings: StorageRemoteSettings): ReadSource {
    const { clock, userAgent } = this.#context
    const { engine, url, publicUrl, timeoutMs, headers } = settings
    const client = this.#client(settings.http)
    const name = `${engine} (${publicUrl})`
    if (engine === 'prometheus' || engine === 'mimir')
      return new ReadClient(client, clock, {
        name,
        url: `${url.replace(/\/+$/, '')}/api/v1/read`,
        timeoutMs,
        headers,
        userAgent,
      })
    return new EngineSource(client, clock, {
      name,
      url: url.replace(/\/+$/, ''),
      api: engine === 'victoriametrics' ? 'export' : 'query',
      timeoutMs,
      headers,
      userAgent,
    })
  }

  #client(settings: RemoteReadSettings['http']): ReturnType<typeof createHttpClient> {
    const { net, clock, disk } = this.#context
    return createHttpClient({ net, clock }, { settings, disk })
  }
}
