// Refusals in etcd's words, with gRPC's code and the HTTP status that the gateway gives it: clients match on both.

import { OutsideError } from '@pharos/base'

interface Refusal {
  readonly code: number
  readonly status: number
  readonly message: string
}

type RefusalName =
  | 'badRequest'
  | 'emptyKey'
  | 'duplicateKey'
  | 'tooManyOps'
  | 'tooLarge'
  | 'valueProvided'
  | 'leaseProvided'
  | 'keyNotFound'
  | 'authFailed'
  | 'userEmpty'
  | 'leaseNotFound'
  | 'noSpace'
  | 'leaseExists'
  | 'authOff'
  | 'compacted'
  | 'future'
  | 'ttlTooLarge'
  | 'notStored'
  | 'tooMany'
  | 'badToken'

/** @source etcd api/v3rpc/rpctypes/error.go; grpc-gateway runtime/errors.go */
export const refusals: Readonly<Record<RefusalName, Refusal>> = {
  badRequest: { code: 3, status: 400, message: 'the request is not understood' },
  emptyKey: { code: 3, status: 400, message: 'etcdserver: key is not provided' },
  duplicateKey: {
    code: 3,
    status: 400,
    message: 'etcdserver: duplicate key given in txn request',
  },
  tooManyOps: {
    code: 3,
    status: 400,
    message: 'etcdserver: too many operations in txn request',
  },
  tooLarge: { code: 3, status: 400, message: 'etcdserver: request is too large' },
  valueProvided: { code: 3, status: 400, message: 'etcdserver: value is provided' },
  leaseProvided: { code: 3, status: 400, message: 'etcdserver: lease is provided' },
  keyNotFound: { code: 3, status: 400, message: 'etcdserver: key not found' },
  authFailed: {
    code: 3,
    status: 400,
    message: 'etcdserver: authentication failed, invalid user ID or password',
  },
  userEmpty: { code: 3, status: 400, message: 'etcdserver: user name is empty' },
  leaseNotFound: { code: 5, status: 404, message: 'etcdserver: requested lease not found' },
  noSpace: { code: 8, status: 429, message: 'etcdserver: mvcc: database space exceeded' },
  leaseExists: { code: 9, status: 412, message: 'etcdserver: lease already exists' },
  authOff: { code: 9, status: 412, message: 'etcdserver: authentication is not enabled' },
  compacted: {
    code: 11,
    status: 400,
    message: 'etcdserver: mvcc: required revision has been compacted',
  },
  future: {
    code: 11,
    status: 400,
    message: 'etcdserver: mvcc: required revision is a future revision',
  },
  ttlTooLarge: { code: 11, status: 400, message: 'etcdserver: too large lease TTL' },
  notStored: { code: 14, status: 503, message: 'the journal cannot be written' },
  tooMany: { code: 8, status: 429, message: 'etcdserver: too many requests' },
  badToken: { code: 16, status: 401, message: 'etcdserver: invalid auth token' },
}

export class RefusedError extends OutsideError {
  readonly refusal: Refusal
  constructor(refusal: Refusal, detail = '') {
    super('registry/request', detail === '' ? refusal.message : `${refusal.message}: ${detail}`)
    this.name = 'RefusedError'
    this.refusal = refusal
  }
}
