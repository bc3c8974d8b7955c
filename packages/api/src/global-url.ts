const LOCAL_HOSTS: readonly string[] = ['127.0.0.1', 'localhost', '[::1]', '::1']

/**
 * Where a target can be reached from outside: a local one at our external host, and when it is this very
 * server (its port is ours) under the whole external address.
 *
 * @param listenAddress  `host:port` that this server listens on
 * @source Prometheus, web/api/v1/api.go getGlobalURL
 */
export function globalUrl(scrapeUrl: string, externalUrl: URL, listenAddress: string): string {
  const match = /^([a-z]+):\/\/(\[[^\]]*\]|[^/:?#]*)(?::([0-9]*))?(.*)$/s.exec(scrapeUrl)
  if (match === null) return scrapeUrl
  const [, scheme, host = '', port = '', rest] = match
  if (!LOCAL_HOSTS.includes(host)) return scrapeUrl
  const ownPort = listenAddress.slice(listenAddress.lastIndexOf(':') + 1)
  if (port === ownPort) return `${externalUrl.protocol}//${externalUrl.host}${rest}`
  return `${scheme}://${externalUrl.hostname}${port === '' ? '' : `:${port}`}${rest}`
}
