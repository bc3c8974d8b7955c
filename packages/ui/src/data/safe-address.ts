/**
 * Where a link of a stranger may lead: another page of ours or another site, never something that runs here.
 *
 * @returns the address, made relative to our base when it is a path; undefined for what must not be a link
 */
export function safeAddress(address: string): string | undefined {
  const trimmed = address.trim()
  if (trimmed === '') return undefined
  // The base href makes `d/uid` and `/d/uid` the same, also behind a path of its own.
  if (/^\/(?!\/)/.test(trimmed)) return trimmed.slice(1) === '' ? './' : trimmed.slice(1)
  // Browsers skip control characters inside of a scheme, and so must who looks for one.
  // oxlint-disable-next-line no-control-regex
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(trimmed.replaceAll(/[\u0000-\u0020]/g, ''))
  if (scheme !== null) return /^(https?|mailto)$/i.test(scheme[1]!) ? trimmed : undefined
  return trimmed.startsWith('//') || trimmed.startsWith('\\') ? undefined : trimmed
}
