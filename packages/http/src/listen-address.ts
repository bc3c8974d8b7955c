import { quoted, UserError } from '@pharos/base'

export type ListenAddress =
  | {
      readonly kind: 'tcp'
      /** '' means every interface. */ readonly host: string
      readonly port: number
    }
  | { readonly kind: 'unix'; readonly path: string }

/**
 * `host:port`, `:port`, `[::1]:port` or `unix:/path`, as `--web.listen-address` takes it.
 * @throws UserError `http/listen-address`
 */
export function parseListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '')
    if (path === '')
      throw new UserError(
        'http/listen-address',
        'listen address unix: wants a path after the colon',
      )
    return { kind: 'unix', path }
  }
  const match = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) {
    throw new UserError(
      'http/listen-address',
      `listen address ${quoted(text)} wants host:port, :port or unix:/path, for example 127.0.0.1:9090`,
    )
  }
  return { kind: 'tcp', host: match[1]!.replace(/^\[|\]$/g, ''), port }
}

/** True when only programs on this machine can connect. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === 'unix') return true
  return (
    address.host === 'localhost' ||
    address.host === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(address.host)
  )
}

/** `host:port` as it stands in messages; an IPv6 host in brackets. */
export function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
