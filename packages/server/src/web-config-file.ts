// `--web.config.file` of every listener: TLS, users, headers, read again while the server runs.

import { messageOf } from '@pharos/base'
import type { Clock, Disk, Logger } from '@pharos/base'
import { loadWebConfig, pathPattern, readText } from '@pharos/config'
import type { WebSettings } from '@pharos/config'
import type { HttpServerOptions, WebAccess, WebAccessSource } from '@pharos/http'

/** A file that was looked at so short a time ago is not read again, ms. */
const FRESH_MS = 1_000

/**
 * What `createHttpServer` takes as `access`; undefined without a file.
 * @throws ConfigErrors with every mistake, OutsideError for a file that cannot be read
 */
export async function webAccess(
  file: string,
  world: { readonly disk: Disk; readonly clock: Clock; readonly log: Logger },
): Promise<HttpServerOptions['access']> {
  if (file === '') return undefined
  const source = new WebConfigFile(file, world)
  return { first: await source.read(), source }
}

class WebConfigFile implements WebAccessSource {
  readonly #file: string
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #log: Logger
  #texts = ''
  #access: WebAccess | undefined
  #reading: Promise<WebAccess> | undefined
  #readMs = 0
  #loggedError = ''

  constructor(
    file: string,
    world: { readonly disk: Disk; readonly clock: Clock; readonly log: Logger },
  ) {
    this.#file = file
    this.#disk = world.disk
    this.#clock = world.clock
    this.#log = world.log
  }

  async current(): Promise<WebAccess> {
    const known = this.#access
    if (known !== undefined && this.#clock.monotonicMs() - this.#readMs < FRESH_MS) return known
    this.#reading ??= this.read().finally(() => (this.#reading = undefined))
    try {
      const access = await this.#reading
      this.#loggedError = ''
      return access
    } catch (error) {
      if (known === undefined) throw error
      // A file that is half-written or broken neither opens the door nor locks everybody out.
      this.#readMs = this.#clock.monotonicMs()
      const text = messageOf(error)
      if (text !== this.#loggedError)
        this.#log.error('web configuration not taken, the one before stays', { err: text })
      this.#loggedError = text
      return known
    }
  }

  async read(): Promise<WebAccess> {
    const text = await readText(this.#disk, this.#file)
    const { directory } = pathPattern(this.#file)
    const settings = loadWebConfig(text, { file: this.#file, baseDirectory: directory })
    const pems = await this.#pems(settings)
    this.#readMs = this.#clock.monotonicMs()
    const texts = JSON.stringify([text, pems])
    // The same object for as long as nothing changed: who has acted on it need not look further.
    if (this.#access === undefined || texts !== this.#texts) {
      const { tls } = settings
      this.#texts = texts
      this.#access = { ...settings, tls: tls && { ...tls, ...pems } }
    }
    return this.#access
  }

  async #pems({ tls }: WebSettings): Promise<{ cert: string; key: string; clientCa: string }> {
    const either = async (text: string, path: string): Promise<string> =>
      path === '' ? text : await readText(this.#disk, path)
    return {
      cert: await either(tls?.cert ?? '', tls?.certFile ?? ''),
      key: await either(tls?.key ?? '', tls?.keyFile ?? ''),
      clientCa: await either(tls?.clientCa ?? '', tls?.clientCaFile ?? ''),
    }
  }
}
