// Links of Alertmanager's own pages, as they stand in old mails: everything is behind the `#`.

/** `#/alerts?filter=…` to the path here; undefined for anything else. */
export function hashLinkPath(hash: string): string | undefined {
  const match = /^#\/(alerts|silences|status|settings)(\/[\w-]+(?:\/edit)?)?(\?.*)?$/.exec(hash)
  if (match === null) return undefined
  const [, page = '', rest = '', query = ''] = match
  if (page === 'alerts') return `/alerts?view=groups${query.replace('?', '&')}`
  if (page === 'settings') return '/status'
  return `/${page}${rest}${query}`
}
