import type { Labels } from '@pharos/model'

/**
 * The URL of a target as the reference builds and shows it: parameters sorted by name, the path escaped as Go
 * does, no default port added or removed.
 *
 * @param labels  after relabelling, with `__scheme__`, `__address__`, `__metrics_path__`, `__param_…`
 * @param params  of the scrape config; a `__param_x` label replaces the first value of x
 */
export function targetUrl(
  labels: Labels,
  params: readonly (readonly [string, readonly string[]])[],
): string {
  const values = new Map<string, string[]>()
  for (const [name, list] of params) values.set(name, [...list])
  for (const [label, value] of labels) {
    if (!label.startsWith('__param_')) continue
    const name = label.slice('__param_'.length)
    const list = values.get(name)
    if (list === undefined || list.length === 0) values.set(name, [value])
    else list[0] = value
  }
  const names = [...values.keys()].sort((a, b) => (a < b ? -1 : 1))
  const query = names
    .flatMap((name) =>
      values.get(name)!.map((value) => `${queryEscape(name)}=${queryEscape(value)}`),
    )
    .join('&')
  const address = labels.get('__address__')
  const isSocket = address.startsWith('unix:/') || labels.get('__unix_socket__') !== ''
  const host = isSocket && (address === '' || address.startsWith('unix:/')) ? 'localhost' : address
  const path = pathEscape(labels.get('__metrics_path__'))
  const slash = path === '' || path.startsWith('/') ? '' : '/'
  return `${labels.get('__scheme__')}://${host}${slash}${path}${query === '' ? '' : `?${query}`}`
}

/** Go's url.QueryEscape: letters, digits and -_.~ stay, a space is a plus. */
function queryEscape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')
}

/** Go's escaping of a path: what may stand in one stays, so that `/a b?c` is `/a%20b%3Fc`. */
function pathEscape(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]]+/g, (text) =>
    encodeURIComponent(text.toWellFormed()),
  )
}
