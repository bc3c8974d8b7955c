// How an instance says that it wants to be asked whether it is well: metadata `health`, one line of text, so that the
// seed's JSON stays as it is and every language can write it.
//
//   http:/healthz interval=5s timeout=1s port=8081      tcp      grpc      grpc:shop.Orders
//
// The lease says that a process lives; a check says that it works.

import { quoted } from '@pharos/base'
import { CHECK_INTERVAL_MS_DEFAULT, CHECK_INTERVAL_MS_MIN, CHECK_TIMEOUT_MS_MAX } from './limits.ts'

export interface HealthCheck {
  readonly kind: 'http' | 'tcp' | 'grpc'
  /** Path of `http`, service of `grpc`; may be ''. */
  readonly what: string
  readonly intervalMs: number
  readonly timeoutMs: number
  /** 0: the instance's own. */
  readonly port: number
}

/** @returns the check, or what is wrong with the text */
export function readHealthCheck(text: string): HealthCheck | string {
  const [head = '', ...options] = text.trim().split(/\s+/)
  const colon = head.indexOf(':')
  const kind = colon < 0 ? head : head.slice(0, colon)
  const what = colon < 0 ? '' : head.slice(colon + 1)
  if (kind !== 'http' && kind !== 'tcp' && kind !== 'grpc')
    return `health wants http:/path, tcp or grpc, has ${quoted(text)}`
  if (kind === 'http' && !/^\/[\x21-\x7e]*$/.test(what))
    return `health wants a path behind http:, has ${quoted(what)}`
  if (kind === 'tcp' && what !== '') return `health wants nothing behind tcp, has ${quoted(what)}`
  let intervalMs = CHECK_INTERVAL_MS_DEFAULT
  let timeoutMs = 0
  let port = 0
  for (const option of options) {
    const [, name, digits, unit] = /^(interval|timeout|port)=(\d{1,6})(ms|s|m|)$/.exec(option) ?? []
    const value = Number(digits) * (unit === 'ms' ? 1 : unit === 's' ? 1_000 : 60_000)
    if (name === undefined || (name === 'port') !== (unit === ''))
      return `health wants interval=5s, timeout=1s or port=8081, has ${quoted(option)}`
    if (name === 'interval') intervalMs = value
    else if (name === 'timeout') timeoutMs = value
    else port = Number(digits)
  }
  if (intervalMs < CHECK_INTERVAL_MS_MIN)
    return `health wants an interval of ${CHECK_INTERVAL_MS_MIN} ms or more, has ${intervalMs} ms`
  if (port > 65_535) return `health wants a port up to 65535, has ${port}`
  const longest = Math.min(intervalMs, CHECK_TIMEOUT_MS_MAX)
  return { kind, what, intervalMs, timeoutMs: Math.min(timeoutMs || longest, longest), port }
}
