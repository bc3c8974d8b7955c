// A balancer that gives each call to the instance with the fewest calls under way from here; among equals it takes
// turns. Slow instances get less by themselves, which round robin never learns.
//
// One leaf an instance keeps a connection. Counts belong to the address and outlive a new list of addresses.

import { type ChannelOptions, connectivityState as State, experimental } from '@grpc/grpc-js'

type Endpoint = experimental.Endpoint
type Helper = experimental.ChannelControlHelper

/** As it stands in a service configuration: `{"loadBalancingConfig": [{"least_loaded": {}}]}`. */
const LEAST_LOADED = 'least_loaded'

/** Makes the balancer known to grpc-js, which keeps one list for the process; as often as you like. */
export function registerLeastLoaded(): void {
  if (!experimental.isLoadBalancerNameRegistered(LEAST_LOADED))
    experimental.registerLoadBalancerType(LEAST_LOADED, LeastLoaded, LeastLoadedConfig)
}

class LeastLoadedConfig implements experimental.TypedLoadBalancingConfig {
  static createFromJson(_settings: unknown): LeastLoadedConfig {
    return new LeastLoadedConfig()
  }

  getLoadBalancerName(): string {
    return LEAST_LOADED
  }

  toJsonObject(): object {
    return { [LEAST_LOADED]: {} }
  }
}

/** Calls under way to one instance. */
interface Load {
  calls: number
}

interface Candidate {
  readonly load: Load
  readonly picker: experimental.Picker
}

class LeastLoadedPicker implements experimental.Picker {
  readonly #candidates: readonly Candidate[]
  #turn = 0

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates
  }

  pick(args: experimental.PickArgs): experimental.PickResult {
    const all = this.#candidates
    let best = all[this.#turn % all.length]!
    for (let i = 1; i < all.length; i++) {
      const other = all[(this.#turn + i) % all.length]!
      if (other.load.calls < best.load.calls) best = other
    }
    this.#turn = (this.#turn + 1) % all.length
    const result = best.picker.pick(args)
    if (result.pickResultType !== experimental.PickResultType.COMPLETE) return result
    return counted(result, best.load)
  }
}

function counted(result: experimental.PickResult, load: Load): experimental.PickResult {
  let isStarted = false
  return {
    ...result,
    onCallStarted: () => {
      isStarted = true
      load.calls++
      result.onCallStarted?.()
    },
    onCallEnded: (code, details, metadata) => {
      // A call can end before it was started: then it was never counted.
      if (isStarted) load.calls--
      isStarted = false
      result.onCallEnded?.(code, details, metadata)
    },
  }
}

class LeastLoaded implements experimental.LoadBalancer {
  readonly #helper: Helper
  readonly #childHelper: Helper
  readonly #loads = new Map<string, Load>()
  #leaves: experimental.LeafLoadBalancer[] = []
  #isChanging = false
  #wasReady = false
  #lastError = 'no instance is known'

  constructor(helper: Helper) {
    this.#helper = helper
    this.#childHelper = experimental.createChildChannelControlHelper(helper, {
      updateState: (_state, _picker, error) => {
        if (error !== null) this.#lastError = error
        this.#tell()
      },
    })
  }

  updateAddressList(
    endpoints: experimental.StatusOr<Endpoint[]>,
    config: experimental.TypedLoadBalancingConfig,
    options: ChannelOptions,
    note: string,
  ): boolean {
    if (!(config instanceof LeastLoadedConfig)) return false
    if (!endpoints.ok) {
      // A resolver that fails says nothing about connections that work.
      this.#lastError = endpoints.error.details
      if (this.#leaves.length === 0) this.#tell()
      return true
    }
    this.#isChanging = true
    const before = this.#leaves
    this.#leaves = endpoints.value.map(
      (one) => new experimental.LeafLoadBalancer(one, this.#childHelper, options, note),
    )
    // Connections are shared below; the new leaves take them over before the old ones let go.
    for (const leaf of this.#leaves) leaf.startConnecting()
    for (const leaf of before) leaf.destroy()
    if (this.#leaves.length === 0) this.#lastError = `no addresses were found; ${note}`
    const known = new Set(endpoints.value.map((one) => experimental.endpointToString(one)))
    for (const address of this.#loads.keys()) if (!known.has(address)) this.#loads.delete(address)
    this.#isChanging = false
    this.#tell()
    return true
  }

  exitIdle(): void {
    for (const leaf of this.#leaves) leaf.exitIdle()
  }

  resetBackoff(): void {}

  destroy(): void {
    for (const leaf of this.#leaves) leaf.destroy()
    this.#leaves = []
  }

  getTypeName(): string {
    return LEAST_LOADED
  }

  #tell(): void {
    if (this.#isChanging) return
    const ready = this.#leaves.filter((leaf) => leaf.getConnectivityState() === State.READY)
    const has = (state: State): boolean =>
      this.#leaves.some((leaf) => leaf.getConnectivityState() === state)
    if (this.#wasReady && ready.length === 0) this.#helper.requestReresolution()
    this.#wasReady = ready.length > 0
    if (ready.length > 0) {
      const candidates = ready.map((leaf) => ({
        load: this.#loadOf(leaf.getEndpoint()),
        picker: leaf.getPicker(),
      }))
      this.#helper.updateState(State.READY, new LeastLoadedPicker(candidates), null)
    } else if (has(State.CONNECTING) || has(State.IDLE)) {
      this.#helper.updateState(State.CONNECTING, new experimental.QueuePicker(this), null)
    } else {
      const details = `least_loaded: no connection: ${this.#lastError}`
      const picker = new experimental.UnavailablePicker({ details })
      this.#helper.updateState(State.TRANSIENT_FAILURE, picker, details)
    }
    // A leaf whose connection went away rests until somebody asks; here all stay connected.
    for (const leaf of this.#leaves) if (leaf.getConnectivityState() === State.IDLE) leaf.exitIdle()
  }

  #loadOf(endpoint: Endpoint): Load {
    const address = experimental.endpointToString(endpoint)
    const known = this.#loads.get(address)
    if (known !== undefined) return known
    const load = { calls: 0 }
    this.#loads.set(address, load)
    return load
  }
}
