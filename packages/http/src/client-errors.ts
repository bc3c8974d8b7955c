// Texts of failed requests. A scrape's `lastError`, alerts and people's searches match on the reference's words,
// which are those of Go's net/http; ours are the same.

import { messageOf, OutsideError } from '@pharos/base'

/** `Get "http://user:xxxxx@host/metrics"`, the head of every error of a request. */
export function requestLabel(method: string, url: string): string {
  const verb = method.slice(0, 1) + method.slice(1).toLowerCase()
  return `${verb} ${JSON.stringify(withoutPassword(url))}`
}

/** The URL with its password replaced, as the reference prints it. */
export function withoutPassword(url: string): string {
  return url.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@]*)@/i,
    (_all, scheme: string, userinfo: string) => {
      const colon = userinfo.indexOf(':')
      return `${scheme}${colon < 0 ? userinfo : `${userinfo.slice(0, colon)}:xxxxx`}@`
    },
  )
}

/** The time is up. While waiting for the headers the text names the request, afterwards it does not. */
export function deadlineError(): OutsideError {
  return new OutsideError('http/timeout', 'context deadline exceeded')
}

export function canceledError(cause: unknown): OutsideError {
  return new OutsideError('http/aborted', 'context canceled', { cause })
}

export function malformed(what: string): OutsideError {
  return new OutsideError('http/malformed', what)
}

export function bodyTooLarge(): OutsideError {
  return new OutsideError('http/body-too-large', 'body size limit exceeded')
}

/** The same error with the request in front of its text. */
export function labelled(label: string, error: unknown): OutsideError {
  const code = error instanceof OutsideError ? error.code : 'http/failed'
  return new OutsideError(code, `${label}: ${messageOf(error)}`, { cause: error })
}

/**
 * What `Net.connect` threw. Its words are Go's already; as Go does, the text names the address that was tried
 * rather than the host name that led to it.
 */
export function dialError(error: unknown, host: string, port: number): OutsideError {
  const code = error instanceof OutsideError ? error.code : 'net/unreachable'
  const { address } = systemErrorOf(error)
  let text = messageOf(error)
  if (address !== undefined && address !== host) {
    text = text.replace(` ${hostPort(host, port)}:`, ` ${hostPort(address, port)}:`)
  }
  return new OutsideError(code, text, { cause: error })
}

function hostPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** A connection that broke while in use. */
export function brokenError(error: Error | undefined): OutsideError {
  const system = systemErrorOf(error)
  if (system.code === 'ECONNRESET') {
    return new OutsideError('net/reset', 'read: connection reset by peer', { cause: error })
  }
  if (system.code === 'EPIPE')
    return new OutsideError('net/reset', 'write: broken pipe', { cause: error })
  if (error === undefined) return new OutsideError('net/closed', 'EOF')
  const code = error instanceof OutsideError ? error.code : 'net/closed'
  return new OutsideError(code, messageOf(error), { cause: error })
}

interface SystemError {
  readonly code?: string
  readonly address?: string
}

/** Looks through the causes for Node's own error, which knows the address that was tried. */
function systemErrorOf(error: unknown): SystemError {
  let at: unknown = error
  for (let depth = 0; depth < 4 && at instanceof Error; depth++) {
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0]
    if (!(at instanceof Error)) break
    const code: unknown = 'code' in at ? at.code : undefined
    if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
      const address: unknown = 'address' in at ? at.address : undefined
      return { code, ...(typeof address === 'string' ? { address } : {}) }
    }
    at = at.cause
  }
  return {}
}
