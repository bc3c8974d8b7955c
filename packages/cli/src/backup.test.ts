import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRealDisk, realClock } from '@pharos/base/node'
import { parseSelector } from '@pharos/promql'
import { ReadOnlyTsdb } from '@pharos/tsdb'
import { expect, onTestFinished, test } from 'vitest'
import { type Ran, ran } from './testing/ran.ts'

// The golden files of the store: blocks, a segment and WAL files, and no server that has them open.
const GOLDEN = new URL('../../tsdb/testdata/v1', import.meta.url).pathname
const KEYS = { id: 'AKEXAMPLE', secret: 'it is/secret+' }
const disk = createRealDisk()

const run = (environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> =>
  ran(['backup', ...args], environment)

let folders = 0

function temporary(): string {
  const path = `${process.env['TMPDIR'] ?? '/tmp'}/pharos-backup-${process.pid}-${folders++}`
  onTestFinished(() => disk.removeTree(path))
  return path
}

/** A copy of the golden directory, which may be changed and locked. */
async function dataDirectory(): Promise<string> {
  const copy = temporary()
  for (const folder of ['blocks', 'head', 'wal']) {
    await disk.makeDirectory(`${copy}/${folder}`)
    for (const name of await disk.list(`${GOLDEN}/${folder}`)) {
      await disk.writeFileAtomic(
        `${copy}/${folder}/${name}`,
        await disk.readFile(`${GOLDEN}/${folder}/${name}`),
      )
    }
  }
  return copy
}

/** Every sample of a directory. */
async function samplesOf(directory: string): Promise<string[]> {
  const db = await ReadOnlyTsdb.open({ disk, clock: realClock }, directory)
  const querier = db.querier(-8e15, 8e15)
  const { groups } = await querier.select(parseSelector('{__name__=~".+"}'), {
    startMs: -8e15,
    endMs: 8e15,
    stepMs: 0,
    rangeMs: 0,
    func: '',
    grouping: [],
    by: false,
  })
  const lines = groups.flatMap((group) =>
    Array.from({ length: group.seriesCount }, (_, s) => {
      const values = new Float64Array(group.times.length)
      group.readValues(s, values)
      const bits = Buffer.from(values.buffer).toString('hex')
      return `${group.labels(s).toString()} ${group.times.join(' ')} ${bits}`
    }),
  )
  querier.close()
  db.close()
  return lines.sort()
}

interface Store {
  readonly url: string
  readonly objects: Map<string, Buffer>
  /** `METHOD key`, of requests that were signed as they should. */
  readonly asked: string[]
  /** So many answers are 503 before one is not. */
  failures: number
}

/** A store that speaks as much of S3 as is asked of it, lists two names a page, and refuses what is not signed. */
async function s3(): Promise<Store> {
  const objects = new Map<string, Buffer>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const answer = (status: number, text: Buffer | string = ''): void => {
        response.writeHead(status)
        response.end(text)
      }
      if (!isSigned(request, body)) {
        return answer(403, '<Error><Message>SignatureDoesNotMatch</Message></Error>')
      }
      if (store.failures-- > 0) return answer(503)
      const url = new URL(request.url ?? '', 'http://store')
      const key = decodeURIComponent(url.pathname)
      asked.push(`${request.method} ${key}`)
      if (key === '/bucket') return answer(200, listOf(objects, url.searchParams))
      if (request.method === 'PUT') objects.set(key, body)
      const found = objects.get(key)
      return found === undefined ? answer(404) : answer(200, request.method === 'HEAD' ? '' : found)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store: Store = { url, objects, asked, failures: 0 }
  return store
}

function listOf(objects: ReadonlyMap<string, Buffer>, query: URLSearchParams): string {
  const all = [...objects.keys()]
    .map((key) => key.slice('/bucket/'.length))
    .filter(
      (key) =>
        key.startsWith(query.get('prefix') ?? '') && key > (query.get('continuation-token') ?? ''),
    )
    .sort()
  const page = all.slice(0, 2)
  const more = all.length > 2 ? `<NextContinuationToken>${page[1]}</NextContinuationToken>` : ''
  return `<ListBucketResult>${page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}${more}</ListBucketResult>`
}

/** Signature Version 4, worked out from what came over the line. */
function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const hash = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')
  const match =
    /^AWS4-HMAC-SHA256 Credential=AKEXAMPLE\/(\d{8})\/us-east-1\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    )
  if (match === null || request.headers['x-amz-content-sha256'] !== hash(body)) return false
  const [, day = '', names = '', signature] = match
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name])}\n`)
  const sorted = query.split('&').sort().join('&')
  const canonical = `${request.method}\n${path}\n${sorted}\n${headers.join('')}\n${names}\n${hash(body)}`
  const scope = `${day}/us-east-1/s3/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${String(request.headers['x-amz-date'])}\n${scope}\n${hash(canonical)}`
  const key = [day, 'us-east-1', 's3', 'aws4_request'].reduce<string | Buffer>(
    (one, part) => createHmac('sha256', one).update(part).digest(),
    `AWS4${KEYS.secret}`,
  )
  return createHmac('sha256', key).update(toSign).digest('hex') === signature
}

test('what is restored from a directory answers as what was backed up', async () => {
  const [data, place, restored] = [await dataDirectory(), temporary(), temporary()]
  expect((await run({}, 'create', data, place)).out).toMatch(
    /^\d{8}T\d{6}Z-[0-9a-f]{16}: 4 files, \d+ bytes; 4 of 4 pieces were new, \d+ bytes\n$/,
  )
  expect((await run({}, 'create', data, place)).out).toMatch(/; 0 of 4 pieces were new, 0 bytes\n$/)
  expect((await run({}, 'list', place)).out).toMatch(/^(\S+ {2}\S+Z {2}4 files {2}\d+ bytes\n){2}$/)
  expect(await run({}, 'restore', place, restored)).toEqual({
    code: 0,
    out: expect.stringMatching(/: 4 files in \S+, \d+ tiles of blocks, 0 damages\n$/) as string,
    err: '',
  })
  const samples = await samplesOf(data)
  expect(samples.length).toBeGreaterThan(2)
  expect(await samplesOf(restored)).toEqual(samples)
  const again = await run({}, 'restore', place, restored)
  expect(again.code).toBe(1)
  expect(again.err).toContain('wants a directory that is new or empty [backup/target]')
})

test('a store of S3 gets each piece once, signed, and gives it back', async () => {
  const [data, restored] = [await dataDirectory(), temporary()]
  const store = await s3()
  const keys = { AWS_ACCESS_KEY_ID: KEYS.id, AWS_SECRET_ACCESS_KEY: KEYS.secret }
  const place = 's3://bucket/some where'
  const flags = [`--s3-endpoint=${store.url}`]
  store.failures = 2
  expect((await run(keys, 'create', data, place, ...flags)).code).toBe(0)
  expect((await run(keys, 'create', data, place, ...flags)).code).toBe(0)
  expect((await run(keys, 'create', data, place, ...flags)).code).toBe(0)
  const puts = store.asked.filter((one) => one.startsWith('PUT /bucket/some where/pieces/'))
  expect(puts).toHaveLength(4)
  expect(new Set(puts).size).toBe(4)
  expect((await run(keys, 'list', place, ...flags)).out.split('\n')).toHaveLength(4)
  expect((await run(keys, 'verify', place, ...flags)).out).toContain('every checksum is right')
  expect((await run(keys, 'restore', place, restored, ...flags)).code).toBe(0)
  expect(await samplesOf(restored)).toEqual(await samplesOf(data))
  const wrong = await run({ ...keys, AWS_SECRET_ACCESS_KEY: 'x' }, 'list', place, ...flags)
  expect([wrong.code, wrong.err]).toEqual([
    1,
    'pharos: cannot list: HTTP status 403 SignatureDoesNotMatch [backup/store]\n',
  ])
  expect((await run({}, 'list', place, ...flags)).err).toContain('AWS_ACCESS_KEY_ID')
})

test('a damaged or missing piece stops a restore, and nothing is left of it', async () => {
  const [data, place, restored] = [await dataDirectory(), temporary(), temporary()]
  await run({}, 'create', data, place)
  const [piece = ''] = await disk.list(`${place}/pieces`)
  const bytes = await disk.readFile(`${place}/pieces/${piece}`)
  bytes[bytes.length >> 1]! ^= 1
  await disk.writeFileAtomic(`${place}/pieces/${piece}`, bytes)
  for (const args of [
    ['verify', place],
    ['restore', place, restored],
  ]) {
    const { code, err } = await run({}, ...args)
    expect([code, err]).toEqual([1, expect.stringContaining(`piece ${piece} has the checksum`)])
  }
  expect(await disk.stat(restored)).toBeUndefined()
  expect(await disk.stat(`${restored}.restoring`)).toBeUndefined()
  await disk.remove(`${place}/pieces/${piece}`)
  expect((await run({}, 'restore', place, restored)).err).toContain('[backup/missing]')
  expect(await disk.stat(restored)).toBeUndefined()
})

test('the list of a backup names no file outside of the directory', async () => {
  const [place, restored] = [temporary(), temporary()]
  await disk.makeDirectory(`${place}/backups`)
  const text = JSON.stringify({
    version: 1,
    createdMs: 1,
    files: [{ path: 'blocks/../../x', bytes: 0, pieces: [] }],
  })
  const name = `20260101T000000Z-${'0'.repeat(16)}`
  await disk.writeFileAtomic(`${place}/backups/${name}.json`, new TextEncoder().encode(text))
  expect((await run({}, 'restore', place, restored)).err).toContain('[backup/damaged]')
})

test('a directory that a server has open is not backed up as it is', async () => {
  const data = await dataDirectory()
  const lock = await disk.lock(`${data}/lock`)
  expect((await run({}, 'create', data, temporary())).err).toContain('[disk/locked]')
  await lock.release()
})
