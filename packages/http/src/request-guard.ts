// Keeps a browser from being turned against us. A page of a stranger can make its visitor's browser send requests
// to us: by a name that resolves to 127.0.0.1 (DNS rebinding), by a form, by fetch. Programs such as curl send
// neither Origin nor Sec-Fetch-Site and pass.

import { Regex } from '@pharos/model'

export interface GuardOptions {
  /** Host names to answer to; undefined: any (bound to more than the loopback, where names are not ours to know). */
  readonly allowedHosts: readonly string[] | undefined
  /** Origins whose pages may read answers; none but our own when missing. */
  readonly corsOrigin?: (origin: string) => boolean
}

/** What of a request decides whether it may pass. */
export interface GuardedRequest {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly secFetchSite: string | undefined
}

/** Why a request is refused (one line for the answer, with status 403), or undefined when it may pass. */
export function refusal(request: GuardedRequest, options: GuardOptions): string | undefined {
  if (options.allowedHosts !== undefined && !hostAllowed(request.host, options.allowedHosts)) {
    return `host ${JSON.stringify(cut(request.host ?? ''))} is not served here; add it to the allowed hosts`
  }
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS')
    return undefined
  const origin = request.origin
  if (origin !== undefined && origin !== 'null' && options.corsOrigin?.(origin) === true)
    return undefined
  const site = request.secFetchSite
  // `same-site` is another port or subdomain: another application all the same.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return CROSS_SITE
  // A page served by us has our host in its origin, whatever proxy stands between (which changes the scheme).
  if (origin !== undefined && originHost(origin) !== request.host?.toLowerCase()) return CROSS_SITE
  return undefined
}

const CROSS_SITE = 'cross-site request refused'

/**
 * Takes the pattern of `--web.cors.origin`, in RE2 as in the reference: the whole origin must match, so that neither
 * `https://good.example.evil` nor `https://evil/?good.example` passes. `null`, the origin of sandboxed pages, never
 * matches.
 * @throws UserError `model/regex` for a pattern that is no regular expression
 */
export function corsPattern(pattern: string): (origin: string) => boolean {
  const regex = Regex.anchored(pattern)
  return (origin) => origin.length <= 300 && origin !== 'null' && regex.matches(origin)
}

/** What a browser wants to hear before it shows an answer to the page of another origin; the reference's values. */
export function corsHeaders(origin: string): readonly (readonly [string, string])[] {
  return [
    ['Access-Control-Allow-Headers', 'Accept, Authorization, Content-Type, Origin'],
    ['Access-Control-Allow-Methods', 'GET, POST, OPTIONS'],
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Expose-Headers', 'Date'],
  ]
}

function hostAllowed(host: string | undefined, allowed: readonly string[]): boolean {
  // HTTP/1.0 without Host comes from a program, never from a browser.
  if (host === undefined || host === '') return true
  const name = host
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
    .toLowerCase()
  return allowed.includes(name)
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/?#@]+)$/i.exec(origin)?.[1]?.toLowerCase()
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
