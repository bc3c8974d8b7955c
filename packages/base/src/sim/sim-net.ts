// A net of hosts that live in the test. Both sides of a connection are a Connection; bytes take the host's
// latency on the simulated clock, arrive in order, and can be cut off or garbled on the way.
import type { Clock } from '../clock.ts'
import { OutsideError } from '../errors.ts'
import type { Connection, ConnectionEvents, ConnectOptions, Net } from '../net.ts'
import { SimRandom } from './sim-random.ts'

export interface SimHostOptions {
  /** One way, ms. Default 0: delivered in the same tick of the clock. */
  readonly latencyMs?: number
}

type Fault = 'none' | 'cut' | 'silent'

interface Host {
  readonly accept: (connection: Connection) => void
  latencyMs: number
  fault: Fault
  garbleChance: number
  readonly links: Set<Link>
}

export class SimNet implements Net {
  readonly #clock: Clock
  readonly #random: SimRandom
  readonly #hosts = new Map<string, Host>()

  constructor(clock: Clock, seed = 0) {
    this.#clock = clock
    this.#random = new SimRandom(seed)
  }

  /** Puts a host at `host:port` (or a socket path); `accept` gets the host's side of each connection. */
  register(
    address: string,
    accept: (connection: Connection) => void,
    options: SimHostOptions = {},
  ): void {
    this.#hosts.set(address, {
      accept,
      latencyMs: options.latencyMs ?? 0,
      fault: 'none',
      garbleChance: 0,
      links: new Set(),
    })
  }

  /** The host is gone: connections break, new ones are refused. */
  unregister(address: string): void {
    this.cut(address)
    this.#hosts.delete(address)
  }

  setLatency(address: string, latencyMs: number): void {
    this.#host(address).latencyMs = latencyMs
  }

  /** Breaks the connections to a host; new ones cannot reach it until `restore`. */
  cut(address: string): void {
    const host = this.#host(address)
    host.fault = 'cut'
    for (const link of host.links) {
      link.close(new OutsideError('net/reset', `read tcp ${address}: connection reset by peer`))
    }
  }

  /** Packets vanish without a word in both directions: connections hang until `restore`. */
  silence(address: string): void {
    this.#host(address).fault = 'silent'
  }

  /** Changes each byte on the way with this chance, 0…1. */
  garble(address: string, chance: number): void {
    this.#host(address).garbleChance = chance
  }

  restore(address: string): void {
    const host = this.#host(address)
    host.fault = 'none'
    host.garbleChance = 0
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    const address = options.socketPath ?? `${options.host}:${options.port}`
    const host = this.#hosts.get(address)
    const { signal } = options
    if (signal?.aborted) throw aborted(address, signal.reason)
    if (options.socketPath === undefined && options.isAllowed?.(options.host) === false)
      throw new OutsideError('net/denied', `dial tcp ${address}: connect: denied`)
    if (host === undefined) {
      throw new OutsideError('net/refused', `dial tcp ${address}: connect: connection refused`)
    }
    try {
      await this.#clock.sleep(2 * host.latencyMs, signal)
      // Nobody answers: wait for the caller to lose patience, as a real connect does for minutes.
      if (host.fault === 'silent') await this.#clock.sleep(127_000, signal)
    } catch (error) {
      throw aborted(address, error)
    }
    if (host.fault === 'silent') {
      throw new OutsideError('net/timeout', `dial tcp ${address}: connect: connection timed out`)
    }
    if (host.fault === 'cut') {
      throw new OutsideError('net/unreachable', `dial tcp ${address}: connect: no route to host`)
    }
    const link = new Link(this.#clock, this.#random, host)
    host.links.add(link)
    host.accept(link.hostSide)
    return link.callerSide
  }

  #host(address: string): Host {
    const host = this.#hosts.get(address)
    if (host === undefined) throw new OutsideError('net/refused', `no host at ${address}`)
    return host
  }
}

/** Two ends and what is under way between them. */
class Link {
  readonly callerSide: End
  readonly hostSide: End
  readonly #clock: Clock
  readonly #random: SimRandom
  readonly #host: Host

  constructor(clock: Clock, random: SimRandom, host: Host) {
    this.#clock = clock
    this.#random = random
    this.#host = host
    this.callerSide = new End(
      (bytes) => this.#carry(bytes, this.hostSide),
      () => this.#shut(this.hostSide, this.callerSide),
    )
    this.hostSide = new End(
      (bytes) => this.#carry(bytes, this.callerSide),
      () => this.#shut(this.callerSide, this.hostSide),
    )
  }

  close(error: Error): void {
    this.#host.links.delete(this)
    this.callerSide.takeClosed(error)
    this.hostSide.takeClosed(error)
  }

  #carry(bytes: Uint8Array, to: End): void {
    const sent = bytes.slice()
    for (let i = 0; i < sent.length && this.#host.garbleChance > 0; i++) {
      if (this.#random.chance(this.#host.garbleChance)) sent[i] = this.#random.int(256)
    }
    this.#clock.after(this.#host.latencyMs, () => {
      if (this.#host.fault === 'none') to.takeData(sent)
    })
  }

  /** `by` destroyed its side: it is closed at once, the other sees the end a latency later. */
  #shut(other: End, by: End): void {
    this.#host.links.delete(this)
    this.#clock.after(0, () => by.takeClosed(undefined))
    this.#clock.after(this.#host.latencyMs, () => {
      if (this.#host.fault !== 'none') return
      other.takeEnd()
      other.takeClosed(undefined)
    })
  }
}

/** One side. What arrives before somebody listens is kept. */
class End implements Connection {
  readonly #send: (bytes: Uint8Array) => void
  readonly #shut: () => void
  readonly #early: Uint8Array[] = []
  #events: ConnectionEvents | undefined
  #hasEnded = false
  #isClosed = false
  #isDestroyed = false
  #error: Error | undefined

  constructor(send: (bytes: Uint8Array) => void, shut: () => void) {
    this.#send = send
    this.#shut = shut
  }

  listen(events: ConnectionEvents): void {
    this.#events = events
    for (const bytes of this.#early.splice(0)) events.data(bytes)
    if (this.#hasEnded) events.end()
    if (this.#isClosed) events.closed(this.#error)
  }

  write(bytes: Uint8Array): void {
    if (!this.#isClosed && !this.#isDestroyed) this.#send(bytes)
  }

  destroy(): void {
    if (this.#isDestroyed || this.#isClosed) return
    this.#isDestroyed = true
    this.#shut()
  }

  takeData(bytes: Uint8Array): void {
    if (this.#isClosed || this.#isDestroyed) return
    if (this.#events === undefined) this.#early.push(bytes)
    else this.#events.data(bytes)
  }

  takeEnd(): void {
    if (this.#hasEnded || this.#isClosed || this.#isDestroyed) return
    this.#hasEnded = true
    this.#events?.end()
  }

  takeClosed(error: Error | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#error = error
    this.#events?.closed(error)
  }
}

function aborted(address: string, reason: unknown): OutsideError {
  return new OutsideError('net/aborted', `dial tcp ${address}: operation was canceled`, {
    cause: reason,
  })
}
