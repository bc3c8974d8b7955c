// The kv calls: range, put, delete, transactions, compaction. Each looks first and changes afterwards, so that a
// refused call has changed nothing.

import { base64Of } from '../etcd-wire.ts'
import { contains } from './key-store.ts'
import type { Range, StoredKey } from './key-store.ts'
import { REQUEST_BYTES_MAX, TXN_OPS_MAX } from './limits.ts'
import { RefusedError, refusals } from './refusals.ts'
import { base64OfKey } from './registry-core.ts'
import type { RegistryCore, Wanted } from './registry-core.ts'
import { Fields } from './request-fields.ts'

export type Answer = Readonly<Record<string, unknown>>

/** A key as the gateway writes it: fields of value zero are left out. */
export function keyJson(one: StoredKey, hasValue = true): Answer {
  return {
    key: base64OfKey(one.key),
    create_revision: String(one.create),
    mod_revision: String(one.mod),
    version: String(one.version),
    ...(hasValue && one.value.length > 0 ? { value: base64Of(one.value) } : {}),
    ...(one.lease === '0' ? {} : { lease: one.lease }),
  }
}

/** How the store stands at this moment: read it in the same turn as what it is the header of. */
export function headerJson({ clusterId, store }: RegistryCore): Answer {
  return {
    cluster_id: clusterId,
    member_id: clusterId,
    revision: String(store.revision),
    raft_term: '1',
  }
}

/** @throws RefusedError */
export function rangeOf(fields: Fields): Range {
  const start = fields.key('key')
  const end = fields.key('range_end')
  if (start === '' && end === '') throw new RefusedError(refusals.emptyKey)
  return { start, end: end === '' ? undefined : end }
}

export function answerRange(core: RegistryCore, fields: Fields): Answer {
  const found = core.store.rangeAt(rangeOf(fields), fields.number('revision'))
  const [minMod, maxMod] = [fields.number('min_mod_revision'), fields.number('max_mod_revision')]
  const [minCreate, maxCreate] = [
    fields.number('min_create_revision'),
    fields.number('max_create_revision'),
  ]
  const kept = found.filter(
    (one) =>
      one.mod >= minMod &&
      (maxMod === 0 || one.mod <= maxMod) &&
      one.create >= minCreate &&
      (maxCreate === 0 || one.create <= maxCreate),
  )
  const count = found.length === 0 ? {} : { count: String(found.length) }
  if (fields.flag('count_only')) return count
  sort(kept, fields)
  const limit = fields.number('limit')
  const shown = limit > 0 ? kept.slice(0, limit) : kept
  const isKeysOnly = fields.flag('keys_only')
  return {
    ...(shown.length === 0 ? {} : { kvs: shown.map((one) => keyJson(one, !isKeysOnly)) }),
    ...(shown.length < kept.length ? { more: true } : {}),
    ...count,
  }
}

function sort(keys: StoredKey[], fields: Fields): void {
  const order = fields.word('sort_order', ['NONE', 'ASCEND', 'DESCEND'])
  const target = fields.word('sort_target', ['KEY', 'VERSION', 'CREATE', 'MOD', 'VALUE'])
  if (order === 'NONE' && target === 'KEY') return
  const by = (one: StoredKey): string | number =>
    target === 'KEY'
      ? one.key
      : target === 'VALUE'
        ? Buffer.from(one.value).toString('latin1')
        : target === 'VERSION'
          ? one.version
          : target === 'CREATE'
            ? one.create
            : one.mod
  const sign = order === 'DESCEND' ? -1 : 1
  keys.sort((a, b) => (by(a) < by(b) ? -sign : by(a) > by(b) ? sign : 0))
}

/** A put or a delete that was looked at and can be done. */
interface Prepared {
  readonly wanted: readonly Wanted[]
  readonly answer: Answer
}

function preparePut(core: RegistryCore, fields: Fields): Prepared {
  const key = fields.key('key')
  if (key === '') throw new RefusedError(refusals.emptyKey)
  const before = core.store.get(key)
  const [keepsValue, keepsLease] = [fields.flag('ignore_value'), fields.flag('ignore_lease')]
  if (keepsValue && fields.has('value')) throw new RefusedError(refusals.valueProvided)
  if (keepsLease && fields.id('lease') !== '0') throw new RefusedError(refusals.leaseProvided)
  if ((keepsValue || keepsLease) && before === undefined)
    throw new RefusedError(refusals.keyNotFound)
  const value = keepsValue ? before!.value : fields.bytes('value')
  const lease = keepsLease ? before!.lease : fields.id('lease')
  if (lease !== '0' && core.leases.get(lease) === undefined)
    throw new RefusedError(refusals.leaseNotFound)
  if (key.length + value.length > REQUEST_BYTES_MAX) throw new RefusedError(refusals.tooLarge)
  core.checkWritable(key.length + value.length)
  const answer = fields.flag('prev_kv') && before !== undefined ? { prev_kv: keyJson(before) } : {}
  return { wanted: [{ key, value, lease }], answer }
}

function prepareDelete(core: RegistryCore, fields: Fields): Prepared {
  core.checkWritable(0)
  const found = core.store.range(rangeOf(fields))
  const answer = {
    ...(found.length === 0 ? {} : { deleted: String(found.length) }),
    ...(fields.flag('prev_kv') && found.length > 0
      ? { prev_kvs: found.map((one) => keyJson(one)) }
      : {}),
  }
  return { wanted: found.map(({ key }) => ({ key, value: undefined, lease: '0' })), answer }
}

export async function answerPut(core: RegistryCore, fields: Fields): Promise<Answer> {
  return done(core, preparePut(core, fields))
}

export async function answerDelete(core: RegistryCore, fields: Fields): Promise<Answer> {
  return done(core, prepareDelete(core, fields))
}

/** The header of a change tells its own revision, whatever has happened when it is safe. */
async function done(core: RegistryCore, { wanted, answer }: Prepared): Promise<Answer> {
  const { safe } = core.change(wanted)
  const header = headerJson(core)
  await safe
  return { header, ...answer }
}

/** All changes of a transaction are one revision, safe together or not at all. */
export async function answerTxn(core: RegistryCore, fields: Fields): Promise<Answer> {
  const succeeded = fields.list('compare').every((one) => holds(core, one))
  const ops = fields.list(succeeded ? 'success' : 'failure')
  for (const branch of [fields.items('compare'), fields.items('success'), fields.items('failure')])
    if (branch.length > TXN_OPS_MAX) throw new RefusedError(refusals.tooManyOps)
  checkOverlaps(fields.list('success'))
  checkOverlaps(fields.list('failure'))
  // Reads of a transaction see the keys as they were before its writes, except those that a write before them in
  // the list has changed; nobody relies on reading back what the same call has written, so that is not offered.
  const wanted: Wanted[] = []
  const responses = ops.map((op): Answer => {
    if (op.has('request_range')) {
      const inner = op.message('request_range')
      return { response_range: answerRange(core, inner) }
    }
    const isPut = op.has('request_put')
    if (!isPut && !op.has('request_delete_range'))
      throw new RefusedError(refusals.badRequest, 'an operation wants range, put or delete_range')
    const prepared = isPut
      ? preparePut(core, op.message('request_put'))
      : prepareDelete(core, op.message('request_delete_range'))
    wanted.push(...prepared.wanted)
    return isPut ? { response_put: prepared.answer } : { response_delete_range: prepared.answer }
  })
  const { safe } = core.change(wanted)
  const header = headerJson(core)
  const { revision } = header
  await safe
  return {
    header,
    ...(succeeded ? { succeeded } : {}),
    ...(responses.length === 0
      ? {}
      : { responses: responses.map((one) => withHeader(one, revision)) }),
  }
}

function withHeader(response: Answer, revision: unknown): Answer {
  return Object.fromEntries(
    Object.entries(response).map(([kind, inner]) => [
      kind,
      { header: { revision }, ...(inner as Answer) },
    ]),
  )
}

/** One key may be written once. @throws RefusedError */
function checkOverlaps(ops: readonly Fields[]): void {
  const puts = new Set<string>()
  const deletes: Range[] = []
  for (const op of ops) {
    if (op.has('request_put')) {
      const key = op.message('request_put').key('key')
      if (puts.has(key)) throw new RefusedError(refusals.duplicateKey)
      puts.add(key)
    }
    if (op.has('request_delete_range')) deletes.push(rangeOf(op.message('request_delete_range')))
  }
  for (const key of puts)
    if (deletes.some((range) => contains(range, key))) throw new RefusedError(refusals.duplicateKey)
}

const TARGETS = ['VERSION', 'CREATE', 'MOD', 'VALUE', 'LEASE'] as const
const RESULTS = ['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL'] as const

/** A comparison over a range holds when it holds for each of its keys; a missing key counts as all zero. */
function holds(core: RegistryCore, compare: Fields): boolean {
  const range = rangeOf(compare)
  const found: (StoredKey | undefined)[] = core.store.range(range)
  if (found.length === 0 && range.end === undefined) found.push(undefined)
  const target = compare.word('target', TARGETS)
  const result = compare.word('result', RESULTS)
  return found.every((one) => {
    // A key that is not there has no value that could be compared.
    if (one === undefined && target === 'VALUE') return false
    const order = compared(one, target, compare)
    if (result === 'EQUAL') return order === 0
    if (result === 'NOT_EQUAL') return order !== 0
    return result === 'GREATER' ? order > 0 : order < 0
  })
}

function compared(
  one: StoredKey | undefined,
  target: (typeof TARGETS)[number],
  compare: Fields,
): number {
  switch (target) {
    case 'VERSION':
      return (one?.version ?? 0) - compare.number('version')
    case 'CREATE':
      return (one?.create ?? 0) - compare.number('create_revision')
    case 'MOD':
      return (one?.mod ?? 0) - compare.number('mod_revision')
    case 'VALUE':
      return Buffer.compare(one?.value ?? new Uint8Array(), compare.bytes('value'))
    default: {
      const difference = BigInt(one?.lease ?? '0') - BigInt(compare.id('lease'))
      return difference === 0n ? 0 : difference > 0n ? 1 : -1
    }
  }
}
