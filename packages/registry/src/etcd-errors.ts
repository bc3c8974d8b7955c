// Why a call was refused. The gateway tells gRPC's code and etcd's words, in one of two forms.

import { OutsideError } from '@pharos/base'
import { jsonObject, numberAt, objectAt, textAt } from './etcd-wire.ts'
import type { JsonObject } from './etcd-wire.ts'

/** gRPC's codes that are told apart. */
const UNAVAILABLE = 14
const UNAUTHENTICATED = 16

/** A refusal in etcd's own words. */
export class EtcdError extends OutsideError {
  readonly grpcCode: number
  constructor(grpcCode: number, message: string) {
    super('registry/refused', message)
    this.name = 'EtcdError'
    this.grpcCode = grpcCode
  }
}

/** True when a call failed because its lease is gone. */
export function isLeaseGone(error: unknown): boolean {
  return error instanceof EtcdError && error.message.includes('requested lease not found')
}

/** A token that has run out. */
export function isUnauthenticated(error: unknown): boolean {
  return error instanceof EtcdError && error.grpcCode === UNAUTHENTICATED
}

/** True when another endpoint may know better: nobody there, no leader, a request that was dropped on the way. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof EtcdError) return error.grpcCode === UNAVAILABLE
  return error instanceof OutsideError && /^(?:net|http)\//.test(error.code)
}

/** The gateway's own form of an error, or what a proxy in between has sent. */
export function refusalOf(status: number, statusText: string, text: string): EtcdError {
  const answer = /^\s*\{/.test(text) ? jsonObject(text) : {}
  const code = numberAt(answer, 'code')
  const message =
    textAt(answer, 'message') || (typeof answer['error'] === 'string' ? answer['error'] : '')
  if (message !== '') return new EtcdError(code, message)
  return new EtcdError(status >= 500 ? UNAVAILABLE : code, `the registry answered ${statusText}`)
}

/** A stream tells an error inside an answer whose status is 200. @throws EtcdError */
export function throwStreamError(answer: JsonObject): void {
  if (answer['error'] === undefined) return
  const error = objectAt(answer, 'error')
  const code = numberAt(error, 'grpc_code') || numberAt(error, 'code')
  throw new EtcdError(code, textAt(error, 'message', 'the stream failed'))
}
