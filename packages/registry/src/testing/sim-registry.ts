// The built-in registry on the simulated net: the least HTTP that our client speaks, so that tests can cut, silence
// and restart it on a clock of their own.

import type { Connection } from '@pharos/base'
import type { SimWorld } from '@pharos/base/sim'
import { RegistryApi } from '../server/registry-api.ts'
import type { ApiAnswer, RegistryUser } from '../server/registry-api.ts'
import { RegistryCore } from '../server/registry-core.ts'

export interface SimRegistryOptions {
  /** `registry:2379` when missing. */
  readonly address?: string
  readonly directory?: string
  readonly user?: RegistryUser
}

export class SimRegistry {
  readonly address: string
  readonly #world: SimWorld
  readonly #options: SimRegistryOptions
  #core: RegistryCore | undefined
  #api: RegistryApi | undefined
  /** While true, watches get no line any more, as from a member that has lost its peers. */
  stallsWatches = false
  /** Paths of all calls so far. */
  readonly calls: string[] = []

  static async start(world: SimWorld, options: SimRegistryOptions = {}): Promise<SimRegistry> {
    const registry = new SimRegistry(world, options)
    await registry.start()
    return registry
  }

  constructor(world: SimWorld, options: SimRegistryOptions) {
    this.#world = world
    this.#options = options
    this.address = options.address ?? 'registry:2379'
  }

  get core(): RegistryCore {
    return this.#core!
  }

  async start(): Promise<void> {
    const { directory, user } = this.#options
    this.#core = await RegistryCore.open(this.#world, directory ?? '/registry')
    this.#api = new RegistryApi(this.#core, this.#world, user)
    this.#world.net.register(this.address, (connection) => this.#serve(connection))
  }

  /** Ends it in order; connections break. */
  async stop(): Promise<void> {
    this.#world.net.unregister(this.address)
    this.#api = undefined
    await this.#core?.close()
    this.#core = undefined
  }

  #serve(connection: Connection): void {
    let text = ''
    let endWatch: (() => void) | undefined
    const take = (): void => {
      const head = text.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (text.length < head + 4 + length) return
      const path = text.split(' ', 2)[1]!
      const token = /grpc-metadata-token: (\S+)/i.exec(text)?.[1] ?? ''
      const body = text.slice(head + 4, head + 4 + length)
      text = text.slice(head + 4 + length)
      this.calls.push(path)
      if (path === '/v3/watch') endWatch = this.#watch(connection, body, token)
      else void this.#call(connection, path, body, token)
    }
    connection.listen({
      data: (bytes) => {
        text += Buffer.from(bytes).toString('latin1')
        take()
      },
      end() {},
      closed: () => endWatch?.(),
    })
  }

  async #call(connection: Connection, path: string, body: string, token: string): Promise<void> {
    const answer = await this.#api?.call(path, Buffer.from(body, 'latin1').toString(), token)
    write(connection, answer ?? { status: 404, body: 'Not Found' })
  }

  #watch(connection: Connection, body: string, token: string): (() => void) | undefined {
    const lines: string[] = []
    let isOpen = false
    const send = (line: string): void => {
      if (this.stallsWatches) return
      if (!isOpen) lines.push(line)
      else connection.write(chunk(line))
    }
    const watch = this.#api!.watch(body, token, send)
    if ('status' in watch) {
      write(connection, watch)
      return undefined
    }
    connection.write(Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'))
    isOpen = true
    for (const line of lines) connection.write(chunk(line))
    return watch.stop
  }
}

function write(connection: Connection, { status, body }: ApiAnswer): void {
  const bytes = Buffer.from(body)
  const head = `HTTP/1.1 ${status} x\r\nContent-Length: ${bytes.length}\r\n\r\n`
  connection.write(Buffer.concat([Buffer.from(head), bytes]))
}

function chunk(line: string): Uint8Array {
  const bytes = Buffer.from(line)
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
}
