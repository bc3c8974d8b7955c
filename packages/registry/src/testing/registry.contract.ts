// What our client relies on in a registry, be it etcd or the built-in one: the same suite runs on both.

import { messageOf } from '@pharos/base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EtcdClient } from '../etcd-client.ts'
import type { WatchEvent } from '../etcd-wire.ts'

export interface RegistryCase {
  readonly client: EtcdClient
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>
  /** Fails when `probe` stays false for longer. */
  until(what: string, probe: () => boolean | Promise<boolean>, limitMs: number): Promise<void>
  close(): Promise<void>
}

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes)

const b64 = (value: string): string => Buffer.from(value).toString('base64')

class Watched {
  readonly events: WatchEvent[] = []
  isCreated = false
  failure = ''
  readonly #ends = new AbortController()
  readonly #done: Promise<void>

  constructor(client: EtcdClient, prefix: string, startRevision: number) {
    const done = client.watch(prefix, {
      startRevision,
      signal: this.#ends.signal,
      onCreated: () => {
        this.isCreated = true
      },
      onEvents: (events) => void this.events.push(...events),
    })
    this.#done = done.catch((error: unknown) => {
      this.failure = messageOf(error)
    })
  }

  told(): string {
    return this.events
      .map(({ type, kv }) => `${type} ${kv.key}${type === 'put' ? `=${text(kv.value)!}` : ''}`)
      .join(', ')
  }

  async stop(): Promise<void> {
    this.#ends.abort()
    await this.#done
  }
}

/** Declares the tests; `skip` names the reason why they cannot run here. */
export function registryContract(
  name: string,
  make: () => Promise<RegistryCase>,
  skip = false,
): void {
  let one: RegistryCase
  let made = 0
  const prefix = (): string => `/contract/${++made}/`
  const it = (what: string, body: (client: EtcdClient) => Promise<void>): void =>
    test.skipIf(skip)(`${name}: ${what}`, () => body(one.client))

  beforeAll(async () => {
    if (!skip) one = await make()
  })
  afterAll(async () => {
    if (!skip) await one.close()
  })

  it('a put is read back with its revisions', async (client) => {
    const at = prefix()
    const first = await client.put(`${at}a`, 'x')
    const second = await client.put(`${at}a`, 'ÿ\u0000值')
    expect(second).toBe(first + 1)
    const found = (await client.get(`${at}a`))!
    expect(text(found.value)).toBe('ÿ\u0000值')
    expect(found).toMatchObject({
      key: `${at}a`,
      createRevision: first,
      modRevision: second,
      version: 2,
      lease: '0',
    })
    expect(await client.get(`${at}b`)).toBeUndefined()
  })

  it('a list has the keys below the prefix, sorted, and the revision that they are of', async (client) => {
    const at = prefix()
    for (const key of ['b', 'a', 'c/d', 'ä', '~']) await client.put(at + key, key)
    await client.put(`${at.slice(0, -1)}0`, 'outside')
    const { header, keys } = await client.list(at)
    expect(keys.map((kv) => kv.key.slice(at.length))).toEqual(['a', 'b', 'c/d', '~', 'ä'])
    expect(header.revision).toBeGreaterThanOrEqual(keys.at(-1)!.modRevision)
    expect(header.clusterId).toMatch(/^\d+$/)
  })

  it('a delete tells how many', async (client) => {
    const at = prefix()
    await client.put(`${at}a`, 'x')
    expect(await client.delete(`${at}a`)).toBe(1)
    expect(await client.delete(`${at}a`)).toBe(0)
    expect(await client.get(`${at}a`)).toBeUndefined()
  })

  it('a put on a condition happens only when it holds', async (client) => {
    const at = prefix()
    expect(await client.putIf(`${at}a`, 0, 'first', '0')).toBeGreaterThan(0)
    expect(await client.putIf(`${at}a`, 0, 'second', '0')).toBe(0)
    const { modRevision } = (await client.get(`${at}a`))!
    expect(await client.putIf(`${at}a`, modRevision, 'third', '0')).toBeGreaterThan(modRevision)
    expect(text((await client.get(`${at}a`))!.value)).toBe('third')
  })

  it('a transaction answers each operation and is one revision', async (client) => {
    const at = prefix()
    const before = await client.put(`${at}gone`, 'x')
    const key = (k: string): string => b64(at + k)
    const answer = await client.call('/v3/kv/txn', {
      compare: [
        { target: 'CREATE', result: 'EQUAL', key: key('new'), create_revision: '0' },
        { target: 'VALUE', result: 'EQUAL', key: key('gone'), value: b64('x') },
        { target: 'VERSION', result: 'GREATER', key: key('gone'), version: '0' },
        { target: 'MOD', result: 'LESS', key: key('gone'), mod_revision: String(before + 1) },
        { target: 'LEASE', result: 'NOT_EQUAL', key: key('gone'), lease: '5' },
      ],
      success: [
        { request_put: { key: key('new'), value: b64('1') } },
        { request_delete_range: { key: key('gone'), prev_kv: true } },
        { request_range: { key: key('absent') } },
      ],
      failure: [{ request_put: { key: key('wrong'), value: b64('1') } }],
    })
    expect(answer['succeeded']).toBe(true)
    expect(answer).toMatchObject({
      header: { revision: String(before + 1) },
      responses: [
        { response_put: {} },
        { response_delete_range: { deleted: '1', prev_kvs: [{ value: b64('x') }] } },
        { response_range: {} },
      ],
    })
    const { keys } = await client.list(at)
    expect(keys.map((kv) => kv.key)).toEqual([`${at}new`])
  })

  it('a transaction that writes a key twice is refused and changes nothing', async (client) => {
    const at = prefix()
    const put = { request_put: { key: b64(`${at}a`), value: b64('1') } }
    await expect(client.call('/v3/kv/txn', { success: [put, put] })).rejects.toThrow(
      'etcdserver: duplicate key given in txn request',
    )
    expect((await client.list(at)).keys).toEqual([])
  })

  it('what is no request is refused', async (client) => {
    await expect(client.put('', 'x')).rejects.toThrow('etcdserver: key is not provided')
    await expect(client.call('/v3/kv/put', { key: 5 })).rejects.toMatchObject({ grpcCode: 3 })
    await expect(client.call('/v3/kv/txn', { compare: 'x' })).rejects.toMatchObject({
      grpcCode: 3,
    })
    await expect(client.call('/v3/nothing', {})).rejects.toThrow('404')
  })

  it('a lease below two seconds is granted as two', async (client) => {
    const { id, ttlSeconds } = await client.grantLease(1)
    expect(ttlSeconds).toBe(2)
    await client.revokeLease(id)
  })

  it('keys go with their lease when it runs out', async (client) => {
    const at = prefix()
    const { id } = await client.grantLease(2)
    await client.put(`${at}a`, 'x', id)
    expect((await client.get(`${at}a`))!.lease).toBe(id)
    await one.pass(1_000)
    expect(await client.get(`${at}a`)).toBeDefined()
    const isGone = async (): Promise<boolean> => (await client.get(`${at}a`)) === undefined
    await one.until('the key to go', isGone, 4_000)
    expect(await client.leaseTime(id)).toMatchObject({ remaining: -1 })
    expect(await client.keepLease(id)).toBe(0)
  })

  it('a lease that is renewed lives on', async (client) => {
    const at = prefix()
    const { id } = await client.grantLease(2)
    await client.put(`${at}a`, 'x', id)
    for (let i = 0; i < 4; i++) {
      await one.pass(1_000)
      expect(await client.keepLease(id)).toBe(2)
    }
    expect(await client.get(`${at}a`)).toBeDefined()
    expect((await client.leaseTime(id)).granted).toBe(2)
    await client.revokeLease(id)
  })

  it('keys go with their lease when it is revoked, except those that have another one now', async (client) => {
    const at = prefix()
    const [old, young] = [await client.grantLease(60), await client.grantLease(60)]
    await client.put(`${at}a`, 'x', old.id)
    await client.put(`${at}b`, 'x', old.id)
    await client.put(`${at}b`, 'y', young.id)
    await client.revokeLease(old.id)
    expect((await client.list(at)).keys.map((kv) => kv.key)).toEqual([`${at}b`])
    await client.revokeLease(old.id)
    await client.revokeLease(young.id)
    expect((await client.list(at)).keys).toEqual([])
  })

  it('a put with an unknown lease is refused', async (client) => {
    await expect(client.put(`${prefix()}a`, 'x', '123456')).rejects.toMatchObject({
      grpcCode: 5,
      message: 'etcdserver: requested lease not found',
    })
  })

  it('a watch tells what happens below its prefix, from its revision on', async (client) => {
    const at = prefix()
    await client.put(`${at}early`, '0')
    const start = await client.put(`${at}a`, '1')
    const watched = new Watched(client, at, start)
    await one.until('the watch', () => watched.isCreated, 5_000)
    await client.put(`${at}b`, '2')
    await client.put(`${at.slice(0, -1)}0`, 'outside')
    await client.delete(`${at}a`)
    const { id } = await client.grantLease(60)
    await client.put(`${at}c`, '3', id)
    await client.revokeLease(id)
    await one.until('five events', () => watched.events.length >= 5, 5_000)
    expect(watched.told()).toBe(
      `put ${at}a=1, put ${at}b=2, delete ${at}a, put ${at}c=3, delete ${at}c`,
    )
    await watched.stop()
  })

  it('a watch from a compacted revision is refused with the oldest one', async (client) => {
    const at = prefix()
    const start = await client.put(`${at}a`, '1')
    await client.put(`${at}a`, '2')
    const last = await client.put(`${at}a`, '3')
    await client.call('/v3/kv/compaction', { revision: String(last) })
    const watched = new Watched(client, at, start)
    await one.until('the refusal', () => watched.failure !== '', 5_000)
    expect(watched.failure).toBe(`revision ${start} is forgotten, the oldest is ${last}`)
    await watched.stop()
    const allowed = new Watched(client, at, last)
    await one.until('the last change', () => allowed.events.length === 1, 5_000)
    expect(allowed.told()).toBe(`put ${at}a=3`)
    await allowed.stop()
  })

  it('the past can be read until it is compacted, the future cannot', async (client) => {
    const at = prefix()
    const first = await client.put(`${at}a`, '1')
    await client.put(`${at}a`, '2')
    const third = await client.delete(`${at}a`).then(() => client.put(`${at}b`, '3'))
    const past = (revision: number): Promise<unknown> =>
      client
        .call('/v3/kv/range', { key: b64(`${at}a`), revision: String(revision) })
        .then((answer) => answer['kvs'])
    expect(await past(first)).toMatchObject([{ value: b64('1'), version: '1' }])
    expect(await past(first + 1)).toMatchObject([{ value: b64('2'), version: '2' }])
    expect(await past(third)).toBeUndefined()
    await expect(past(third + 1_000)).rejects.toThrow('required revision is a future revision')
    await client.call('/v3/kv/compaction', { revision: String(third) })
    await expect(past(first)).rejects.toThrow('required revision has been compacted')
  })
}
