// Outgoing connections as a parameter. Servers listen through the `http` package; what we call goes
// through here, so that the simulation can slow, cut and garble it.

export interface ConnectOptions {
  readonly host: string
  readonly port: number
  /** Path of a unix socket; then host and port are ignored. */
  readonly socketPath?: string
  readonly tls?: TlsClientOptions
  /** Reach the host through this proxy's tunnel. */
  readonly tunnel?: ProxyTunnel
  /** Whom a plain proxy at `host` is going to be asked for. */
  readonly behind?: string
  /** Asked for each address before anything is sent to it; when none is left the failure is `net/denied`. */
  readonly isAllowed?: (address: string) => boolean
  readonly signal?: AbortSignal
}

/** A proxy that is asked with CONNECT to pass bytes on. */
export interface ProxyTunnel {
  readonly host: string
  readonly port: number
  /** The proxy itself is spoken to over TLS. */
  readonly tls?: TlsClientOptions
  /** The whole CONNECT request; an answer other than 200 is `net/proxy`. */
  readonly request: Uint8Array
}

export interface TlsClientOptions {
  readonly serverName?: string
  readonly insecureSkipVerify?: boolean
  /** PEM texts. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
}

/** What a connection tells its owner. Called synchronously from the socket; note the event and return. */
export interface ConnectionEvents {
  /** `bytes` is only valid during the call: copy to keep. */
  data(bytes: Uint8Array): void
  /** The other side has finished sending. */
  end(): void
  /** The connection is gone; `error` is missing after an orderly close. Called once, last. */
  closed(error?: Error): void
}

export interface Connection {
  /** Hands the events of this connection to another owner (a kept-alive connection's next request). */
  listen(events: ConnectionEvents): void
  write(bytes: Uint8Array): void
  destroy(): void
}

export type DnsType = 'A' | 'AAAA' | 'SRV' | 'MX' | 'NS'

/** One record. */
export interface DnsAnswer {
  /** An address, or the name that an SRV, MX or NS record leads to. */
  readonly host: string
  /** SRV only. */
  readonly port?: number
}

export interface Net {
  /** @throws OutsideError `net/refused`, `net/unreachable`, `net/timeout`, `net/dns`, `net/tls`, `net/proxy`, `net/denied`, `net/aborted` */
  connect(options: ConnectOptions): Promise<Connection>
  /**
   * The records of a name; none when it does not exist.
   * @throws OutsideError `net/dns` when no name server says
   */
  resolve?(name: string, type: DnsType): Promise<readonly DnsAnswer[]>
  /** What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say; '' for what is not set. Missing: nothing does. */
  proxyEnvironment?(): { readonly http: string; readonly https: string; readonly noProxy: string }
}
