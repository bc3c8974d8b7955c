// `discovery:///orders` for grpc-js: the addresses come from whoever knows the services, such as `Discovery` of
// `@pharos/registry`, and change in a running channel as instances come and go.

import { type ChannelOptions, experimental, Metadata, status } from '@grpc/grpc-js'
import { registerLeastLoaded } from './least-loaded.ts'

/** What an address is made of. */
export interface DiscoveredInstance {
  readonly host: string
  readonly port: number
  /** `grpc_port` goes before `port`: many services are registered with the port of their HTTP. */
  readonly metadata: Readonly<Record<string, string>>
}

/** Who knows the services. `Discovery` of `@pharos/registry` fits. */
export interface ServiceSource {
  /** Tells the instances, never synchronously, when they are known and whenever they change. @returns ends it */
  watch(name: string, listener: (instances: readonly DiscoveredInstance[]) => void): () => void
}

/**
 * Makes `discovery:///<name>` work in every channel of this process, and the balancer `least_loaded` known; both
 * are lists of grpc-js, which has one for the process. A later call replaces the source for channels made after it.
 *
 * @param scheme  another word than `discovery`, for a second source
 * @source seeds/000: `discovery:///name` of go-micro's and Kratos' clients; grpc/doc/naming.md
 */
export function resolveServices(source: ServiceSource, scheme = 'discovery'): void {
  registerLeastLoaded()
  experimental.registerResolver(
    scheme,
    class extends ServiceResolver {
      constructor(
        target: experimental.GrpcUri,
        listener: experimental.ResolverListener,
        _options: ChannelOptions,
      ) {
        super(source, serviceName(target), listener)
      }
    },
  )
}

/** `orders` of `discovery:///orders`. */
function serviceName({ path }: experimental.GrpcUri): string {
  return path.replace(/^\/+/, '')
}

class ServiceResolver implements experimental.Resolver {
  readonly #source: ServiceSource
  readonly #name: string
  readonly #listener: experimental.ResolverListener
  #end: (() => void) | undefined

  static getDefaultAuthority(target: experimental.GrpcUri): string {
    return serviceName(target)
  }

  constructor(source: ServiceSource, name: string, listener: experimental.ResolverListener) {
    this.#source = source
    this.#name = name
    this.#listener = listener
  }

  /** Changes are told as they happen: there is nothing to ask again. */
  updateResolution(): void {
    this.#end ??= this.#source.watch(this.#name, (instances) => this.#tell(instances))
  }

  destroy(): void {
    this.#end?.()
    this.#end = undefined
  }

  #tell(instances: readonly DiscoveredInstance[]): void {
    const endpoints = instances.map((one) => ({ addresses: [addressOf(one)] }))
    const note = `service "${this.#name}": ${instances.length} instances are registered`
    this.#listener(experimental.statusOrFromValue(endpoints), {}, null, note)
    if (endpoints.length > 0) return
    // After an empty list round_robin holds calls until their deadline; after a failure it says what is wrong.
    const error = { code: status.UNAVAILABLE, details: note, metadata: new Metadata() }
    this.#listener(experimental.statusOrFromError(error), {}, null, note)
  }
}

function addressOf({ host, port, metadata }: DiscoveredInstance): { host: string; port: number } {
  const own = Number(metadata['grpc_port'] ?? '')
  return { host, port: Number.isInteger(own) && own > 0 && own < 65_536 ? own : port }
}
