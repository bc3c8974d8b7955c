// Where this process may connect to. Whoever may write to a registry, a page of http_sd or a redirect must not thereby
// reach what only this machine can reach: the cloud's metadata, the loopback, a socket of Docker.
//
// It stands in front of the net, below every client, so scrapes, discovery, notifications, health checks and remote
// write all obey it, redirects included. What is checked is the address that is connected to, after the name was
// looked up: a name that points elsewhere the second time changes nothing.

import { BlockList, isIP } from 'node:net'
import { OUTBOUND_PLACES, OutsideError } from '@pharos/base'
import type { Connection, ConnectOptions, Net, OutboundRules } from '@pharos/base'

/** A list of rules, ready to ask. */
class PlaceList {
  readonly #blocks = new BlockList()
  readonly #names = new Set<string>()
  readonly #suffixes: string[] = []
  readonly hasUnix: boolean
  readonly isEmpty: boolean

  constructor(entries: readonly string[]) {
    this.isEmpty = entries.length === 0
    this.hasUnix = entries.includes('unix')
    for (const entry of entries.flatMap((one) => OUTBOUND_PLACES[one] ?? [one])) this.#add(entry)
  }

  hasName(name: string): boolean {
    const lower = name.toLowerCase().replace(/\.$/, '')
    return this.#names.has(lower) || this.#suffixes.some((suffix) => lower.endsWith(suffix))
  }

  hasAddress(address: string): boolean {
    const plain = address.replace(/%.*$/, '')
    const family = isIP(plain)
    if (family === 0) return false
    // An IPv4 address inside an IPv6 one is found by the list itself; NAT64 has to be taken apart.
    const inner = /^64:ff9b::(.*)$/i.exec(plain)?.[1]
    if (inner !== undefined && isIP(`::ffff:${inner}`) === 6 && this.hasAddress(`::ffff:${inner}`))
      return true
    return this.#blocks.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  }

  #add(entry: string): void {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address)
    if (family !== 0) {
      const kind = family === 4 ? 'ipv4' : 'ipv6'
      if (bits === undefined) this.#blocks.addAddress(address, kind)
      else this.#blocks.addSubnet(address, Number(bits), kind)
    } else if (entry.startsWith('*.')) this.#suffixes.push(entry.slice(1).toLowerCase())
    else this.#names.add(entry.toLowerCase())
  }
}

/**
 * Whether an address may be connected to that a name was looked up to, by the same rules. For those who open sockets
 * themselves.
 */
export function outboundFilter(rules: OutboundRules): (host: string, address: string) => boolean {
  const deny = new PlaceList(rules.deny)
  const allow = new PlaceList(rules.allow)
  return (host, address) =>
    allow.hasName(host) ||
    allow.hasAddress(address) ||
    !(deny.hasName(host) || deny.hasAddress(host) || deny.hasAddress(address))
}

interface Opened {
  readonly connection: WeakRef<Connection>
  readonly options: ConnectOptions
  readonly addresses: readonly string[]
}

/** A net that connects only where it may. Without rules it is the net itself. */
export class OutboundNet implements Net {
  readonly #net: Net
  #deny = new PlaceList([])
  #allow = new PlaceList([])
  #opened: Opened[] = []
  #forgetAt = 1_000
  /** Connections that were refused since the start. */
  refused = 0

  readonly resolve?: NonNullable<Net['resolve']>

  constructor(net: Net) {
    this.#net = net
    if (net.resolve !== undefined) this.resolve = (name, type) => net.resolve!(name, type)
  }

  /** Holds from now on; open connections that it forbids are broken off. Entries are good ones (`outboundMistake`). */
  use(rules: OutboundRules): void {
    this.#deny = new PlaceList(rules.deny)
    this.#allow = new PlaceList(rules.allow)
    for (const { connection, options, addresses } of this.#opened) {
      const isFine =
        this.#whyNot(options) === undefined &&
        addresses.every((one) => this.#isAddressFine(one, options.host))
      if (!isFine) connection.deref()?.destroy()
    }
    this.#forgetClosed()
  }

  async connect(options: ConnectOptions): Promise<Connection> {
    const why = this.#whyNot(options)
    if (why !== undefined) {
      this.refused++
      throw new OutsideError('net/denied', `${why}: denied by the outbound rules`)
    }
    const addresses: string[] = []
    // Through a proxy it is the proxy's host whose address is known here.
    const { host } = options.tunnel ?? options
    const isAllowed = (address: string): boolean => {
      const isFine = this.#isAddressFine(address, host)
      if (isFine) addresses.push(address)
      else this.refused++
      return isFine
    }
    const connection = await this.#net.connect({ ...options, isAllowed })
    this.#opened.push({ connection: new WeakRef(connection), options, addresses })
    if (this.#opened.length >= this.#forgetAt) this.#forgetClosed()
    return connection
  }

  proxyEnvironment(): { readonly http: string; readonly https: string; readonly noProxy: string } {
    return this.#net.proxyEnvironment?.() ?? { http: '', https: '', noProxy: '' }
  }

  #forgetClosed(): void {
    this.#opened = this.#opened.filter(({ connection }) => connection.deref() !== undefined)
    this.#forgetAt = 1_000 + 2 * this.#opened.length
  }

  /** What is known before a name is looked up. */
  #whyNot({ host, socketPath, tunnel, behind }: ConnectOptions): string | undefined {
    if (this.#deny.isEmpty) return undefined
    if (socketPath !== undefined)
      return this.#deny.hasUnix && !this.#allow.hasUnix ? `dial unix ${socketPath}` : undefined
    for (const name of [host, tunnel?.host ?? '', behind ?? '']) {
      if (this.#allow.hasName(name) || this.#allow.hasAddress(name)) continue
      if (this.#deny.hasName(name) || this.#deny.hasAddress(name)) return `dial tcp ${name}`
    }
    return undefined
  }

  #isAddressFine(address: string, host: string): boolean {
    return (
      !this.#deny.hasAddress(address) ||
      this.#allow.hasAddress(address) ||
      this.#allow.hasName(host)
    )
  }
}
