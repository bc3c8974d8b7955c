import { quoted, UserError } from '@pharos/base'

/** Where a URL leads, and its parts as written; `new URL` would drop a default port that the Host header must keep. */
export interface RequestTarget {
  readonly url: string
  readonly secure: boolean
  /** As it stands in the URL: for the Host header. */
  readonly authority: string
  /** Without brackets: for the dialler. */
  readonly host: string
  readonly port: number
  /** Path and query, never empty. */
  readonly path: string
  /** From `user:password@`. */
  readonly credentials: HttpCredentials | undefined
}

export type HttpCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** `Authorization: <scheme> <credentials>`, for example Bearer. */
  | { readonly kind: 'scheme'; readonly scheme: string; readonly credentials: string }

/** @throws UserError `http/url` when the text is no http or https URL */
export function requestTarget(url: string): RequestTarget {
  const match = /^(https?):\/\/(?:([^/?#@]*)@)?([^/?#@]*)([^#]*)/i.exec(url)
  // eslint-disable-next-line no-control-regex -- control characters and spaces are what is looked for
  if (match === null || /[\x00-\x20\x7f]/.test(url)) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]
    throw new UserError(
      'http/url',
      scheme !== undefined && !/^https?$/i.test(scheme)
        ? `unsupported protocol scheme ${quoted(scheme)}`
        : `invalid URL ${quoted(url)}`,
    )
  }
  const secure = match[1]!.toLowerCase() === 'https'
  const authority = match[3]!
  const { host, port } = hostAndPort(authority, secure ? 443 : 80, url)
  const rest = match[4]!
  return {
    url,
    secure,
    authority,
    host,
    port,
    path: escapeNonAscii(rest === '' ? '/' : rest.startsWith('/') ? rest : `/${rest}`),
    credentials: match[2] === undefined ? undefined : userinfo(match[2]),
  }
}

function hostAndPort(
  authority: string,
  defaultPort: number,
  url: string,
): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.%a-zA-Z0-9]+\]|[^:[\]]+)(?::(\d*))?$/.exec(authority)
  if (match === null)
    throw new UserError('http/url', `invalid host ${quoted(authority)} in URL ${quoted(url)}`)
  const bracketed = match[1]!
  const port = match[2] === undefined || match[2] === '' ? defaultPort : Number(match[2])
  if (port > 65_535)
    throw new UserError('http/url', `invalid port ${quoted(match[2]!)} in URL ${quoted(url)}`)
  return { host: bracketed.startsWith('[') ? bracketed.slice(1, -1) : bracketed, port }
}

function userinfo(text: string): HttpCredentials {
  const colon = text.indexOf(':')
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part)
    } catch (error) {
      throw new UserError('http/url', 'invalid escape in the user name or password of a URL', {
        cause: error,
      })
    }
  }
  return {
    kind: 'basic',
    username: decode(colon < 0 ? text : text.slice(0, colon)),
    password: colon < 0 ? '' : decode(text.slice(colon + 1)),
  }
}

/** A path may hold what people type; on the wire it is ASCII. */
function escapeNonAscii(path: string): string {
  return path.replace(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()))
}

/**
 * Request line, headers and body as they go out.
 * @throws UserError `http/header` for a name or value that would start another header or request
 */
export function requestBytes(
  method: string,
  target: RequestTarget,
  headers: readonly (readonly [string, string])[],
  body: Uint8Array | undefined,
): Uint8Array {
  if (!/^[A-Z]{1,20}$/.test(method))
    throw new UserError('http/method', `net/http: invalid method ${quoted(method)}`)
  let text = `${method} ${target.path} HTTP/1.1\r\nHost: ${target.authority}\r\n`
  for (const [name, value] of headers) {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
      throw new UserError('http/header', `net/http: invalid header field name ${quoted(name)}`)
    }
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
      throw new UserError('http/header', `net/http: invalid header field value for ${quoted(name)}`)
    }
    text += `${name}: ${value}\r\n`
  }
  if (body !== undefined || method === 'POST' || method === 'PUT')
    text += `Content-Length: ${body?.length ?? 0}\r\n`
  text += '\r\n'
  const head = Buffer.from(text, 'utf8')
  return body === undefined || body.length === 0 ? head : Buffer.concat([head, body])
}

export function authorizationValue(credentials: HttpCredentials): string {
  if (credentials.kind === 'scheme') return `${credentials.scheme} ${credentials.credentials}`
  const pair = `${credentials.username}:${credentials.password}`
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`
}
