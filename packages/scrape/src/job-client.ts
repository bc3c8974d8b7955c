import type { Disk, HttpClientSettings } from '@pharos/base'
import { createHttpClient } from '@pharos/http'
import type { HttpClient, HttpClientOptions, HttpRequest, HttpResponse } from '@pharos/http'

/** The HTTP client of one job: another one after a reload that changed how the job's targets are asked. */
export class JobClient {
  readonly #options: HttpClientOptions
  readonly #disk: Disk
  #settings: string
  #client: HttpClient

  constructor(settings: HttpClientSettings, options: HttpClientOptions, disk: Disk) {
    this.#options = options
    this.#disk = disk
    this.#settings = JSON.stringify(settings)
    this.#client = createHttpClient(options, { settings, disk })
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return this.#client.request(request)
  }

  /** The old client's connections close; a scrape under way fails, as one that a restart meets. */
  reconfigure(settings: HttpClientSettings): void {
    const text = JSON.stringify(settings)
    if (text === this.#settings) return
    this.#settings = text
    this.#client.close()
    this.#client = createHttpClient(this.#options, { settings, disk: this.#disk })
  }

  close(): void {
    this.#client.close()
  }
}
