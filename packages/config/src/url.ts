// URLs as the reference's language splits them, which is laxer than WHATWG: a path alone is a URL.

import { quoted, UserError } from '@pharos/base'

export interface UrlParts {
  readonly scheme: string
  readonly host: string
  readonly path: string
}

/**
 * Scheme, host (with port) and path of a URL; missing parts are ''.
 * @throws UserError `config/url` with the reference's words
 * @source Go net/url Parse
 */
export function parseUrl(text: string): UrlParts {
  const refuse = (why: string): UserError =>
    new UserError('config/url', `parse ${quoted(redactedUrl(text))}: ${why}`)
  if (/\p{Cc}/u.test(text)) throw refuse('net/url: invalid control character in URL')
  const [beforeFragment = ''] = text.split('#')
  if (beforeFragment.startsWith(':')) throw refuse('missing protocol scheme')
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(beforeFragment)?.[1] ?? ''
  const rest = beforeFragment.slice(scheme === '' ? 0 : scheme.length + 1)
  if (scheme === '' && !rest.startsWith('/') && /^[^/?]*:/.test(rest))
    throw refuse('first path segment in URL cannot contain colon')
  const [beforeQuery = ''] = rest.split('?')
  if (!beforeQuery.startsWith('//')) {
    checkEscapes(beforeQuery, refuse)
    return { scheme: scheme.toLowerCase(), host: '', path: beforeQuery }
  }
  const authority = /^\/\/([^/]*)(.*)$/s.exec(beforeQuery)!
  const host = authority[1]!.slice(authority[1]!.lastIndexOf('@') + 1)
  if (/[ <>"\\^`{|}]/.test(host)) {
    const character = /[ <>"\\^`{|}]/.exec(host)![0]
    throw refuse(`invalid character ${quoted(character)} in host name`)
  }
  const port = /:([^\]]*)$/.exec(host)?.[1]
  if (port !== undefined && !/^[0-9]*$/.test(port))
    throw refuse(`invalid port ${quoted(`:${port}`)} after host`)
  checkEscapes(authority[2]!, refuse)
  return { scheme: scheme.toLowerCase(), host, path: authority[2]! }
}

function checkEscapes(path: string, refuse: (why: string) => UserError): void {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(path)
  if (bad !== null) throw refuse(`invalid URL escape ${quoted(bad[0])}`)
}

/** The URL with `xxxxx` for a password in it. Texts that are no URLs are looked through as well. */
export function redactedUrl(text: string): string {
  return text.replace(/(\/\/[^/?#@:]*|^[^/?#@:]*):[^/?#@]*@/, '$1:xxxxx@')
}

/** The words for a URL that has to be http or https with a host, or undefined when it is. */
export function httpUrlMistake(text: string): string | undefined {
  if (text === '') return 'URL is missing'
  const { scheme, host } = parseUrl(text)
  if (scheme !== 'http' && scheme !== 'https') return "URL scheme must be 'http' or 'https'"
  return host === '' ? 'host is missing in URL' : undefined
}
