import { ProtoWriter, silentLogger, snappyEncode } from '@pharos/base'
import { simWorld } from '@pharos/base/sim'
import type { HttpClient, HttpRequest, HttpResponse } from '@pharos/http'
import { ABSENT, isStale, Labels, Matcher, type NativeHistogram, STALE } from '@pharos/model'
import { Column, type Querier, type SelectHints, type SeriesGroup, Tsdb } from '@pharos/tsdb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EngineSource } from './engine-source.ts'
import { mergedGroups } from './merged-groups.ts'
import { ReadClient } from './read-client.ts'
import { ReadServer } from './read-server.ts'
import type { ReadSource } from './read-source.ts'
import { groupsOf, SeriesReader, type SeriesColumns } from './series-samples.ts'
import { type ReadPlace, SplitQueryable } from './split-queryable.ts'

const HINTS: SelectHints = {
  startMs: 0,
  endMs: 1e15,
  stepMs: 0,
  rangeMs: 0,
  func: '',
  grouping: [],
  by: false,
}
const ALL = [new Matcher('!=', '__name__', '')]
const HISTOGRAM: NativeHistogram = {
  schema: 1,
  zeroThreshold: 0.001,
  zeroCount: 1,
  count: 6,
  sum: 4.5,
  positiveSpans: [{ offset: 0, length: 2 }],
  positiveBuckets: [2, 3],
  negativeSpans: [],
  negativeBuckets: [],
  customValues: [],
  counterResetHint: 'unknown',
}

const world = simWorld()

async function storeOf(all: readonly SeriesColumns[]): Promise<Tsdb> {
  const db = await Tsdb.open(simWorld(), {
    path: '/data',
    retentionMs: 0,
    retentionBytes: 0,
    minBlockMs: 7_200_000,
    maxBlockMs: 7_200_000,
    walSync: 'never',
    maxFutureMs: 1e12,
    outOfOrderMs: 0,
    maxHeadSeries: 0,
    minFreeDiskBytes: 0,
  })
  for (const { labels, times, values, histograms } of all) {
    const group = db.group(labels.withoutName(), 'remote')
    const column = group.column(labels)
    times.forEach((tMs, i) => group.appendSample(tMs, column, histograms.get(i) ?? values[i]!))
  }
  return db
}

function columns(
  labels: Record<string, string>,
  samples: readonly (readonly [number, number | NativeHistogram])[],
): SeriesColumns {
  return {
    labels: Labels.from(labels),
    times: Float64Array.from(samples.map(([t]) => t)),
    values: Float64Array.from(samples.map(([, v]) => (typeof v === 'number' ? v : ABSENT))),
    histograms: new Map(
      samples.flatMap(([, v], i) => (typeof v === 'number' ? [] : [[i, v] as const])),
    ),
  }
}

/** `time:value` of each sample, by series. */
function shown(all: readonly SeriesColumns[]): Record<string, string> {
  return Object.fromEntries(
    all.map(({ labels, times, values, histograms }) => [
      labels.toMetric(),
      [...times].map((t, i) => `${t}:${text(histograms.get(i) ?? values[i]!)}`).join(' '),
    ]),
  )
}

function text(value: number | NativeHistogram): string {
  if (typeof value !== 'number') return `h${value.count}/${value.sum}`
  return isStale(value) ? 'stale' : String(value)
}

function selected(querier: Querier): Promise<Record<string, string>> {
  return querier.select(ALL, HINTS).then(({ groups }) => {
    const reader = new SeriesReader()
    const all = groups.flatMap((group) =>
      Array.from({ length: group.seriesCount }, (_, series) => {
        const place = { group, series, labels: group.labels(series) }
        return { labels: place.labels, ...reader.read(place, 0, 1e15) }
      }),
    )
    return shown(all)
  })
}

/** A client whose other side is `answer`. */
function clientOf(
  answer: (request: HttpRequest) => Promise<{ type: string; body: Uint8Array; status?: number }>,
): HttpClient {
  return {
    request: async (request) => {
      const { type, body, status = 200 } = await answer(request)
      const headers = new Map([['content-type', type]]) as unknown as HttpResponse['headers']
      return { status, statusText: `${status}`, headers, body, url: request.url, release() {} }
    },
    stream: () => Promise.reject(new Error('not asked for')),
    close() {},
  }
}

function serverOf(db: Tsdb, more: Partial<ConstructorParameters<typeof ReadServer>[0]> = {}) {
  return new ReadServer({
    clock: world.clock,
    querier: (minMs, maxMs) => db.querier(minMs, maxMs),
    externalLabels: () => Labels.EMPTY,
    maxSamples: 0,
    maxConcurrent: 0,
    frameBytes: 200,
    ...more,
  })
}

async function bytesOf(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const one of frames) pieces.push(one)
  return Buffer.concat(pieces)
}

/** A client that reads from `server`. */
function readingFrom(server: ReadServer, kind: 'stream' | 'samples'): ReadClient {
  const client = clientOf(async ({ body }) => {
    // A server that knows no streams takes the same request.
    const asked = kind === 'stream' ? body! : withoutStreams(body!)
    const answer = await server.read(asked)
    return answer.kind === 'samples'
      ? { type: 'application/x-protobuf', body: answer.body }
      : {
          type: 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse',
          body: await bytesOf(answer.frames),
        }
  })
  const settings = { name: 'peer', url: 'http://peer/', timeoutMs: 1000, headers: [] }
  return new ReadClient(client, world.clock, { ...settings, userAgent: 'test' })
}

/** The last four bytes of a request are the accepted kinds, [1, 0]. */
function withoutStreams(body: Uint8Array): Uint8Array {
  const { length } = body
  const plain = Buffer.from(body)
  expect([...plain.subarray(length - 4)]).toEqual([0x12, 2, 1, 0])
  plain[length - 2] = 0
  return plain
}

const STORED = [
  columns({ __name__: 'a', i: '1' }, [
    [1000, 1],
    [2000, NaN],
    [3000, STALE],
    [4000, -0],
    [5000, Infinity],
  ]),
  columns({ __name__: 'a', i: '2' }, [
    [1000, 1.5],
    [2500, HISTOGRAM],
    [3500, { ...HISTOGRAM, count: 7, positiveBuckets: [3, 3] }],
    [4500, 2],
  ]),
  columns(
    { __name__: 'long' },
    Array.from({ length: 1000 }, (_, i) => [1000 + i * 15, Math.sqrt(i)] as const),
  ),
]

test.each(['stream', 'samples'] as const)('what is read as %s is what is stored', async (kind) => {
  const client = readingFrom(serverOf(await storeOf(STORED)), kind)
  const found = await client.fetch({ startMs: 0, endMs: 1e15, matchers: ALL }, HINTS)
  expect(shown(found)).toEqual(shown(STORED))
  const part = await client.fetch({ startMs: 2000, endMs: 2500, matchers: ALL }, HINTS)
  expect(shown(part)['a{i="1"}']).toBe('2000:NaN')
  expect(shown(part)['a{i="2"}']).toBe(`2500:h6/4.5`)
})

test('external labels are on what goes out, and asking for them finds what has none', async () => {
  const server = serverOf(await storeOf(STORED), {
    externalLabels: () => Labels.from({ cluster: 'c', i: 'other' }),
  })
  const client = readingFrom(server, 'stream')
  const ask = async (...more: Matcher[]): Promise<string[]> => {
    const matchers = [...ALL, ...more]
    const found = await client.fetch({ startMs: 0, endMs: 1e15, matchers }, HINTS)
    return Object.keys(shown(found))
  }
  const names = ['a{cluster="c", i="1"}', 'a{cluster="c", i="2"}', 'long{cluster="c", i="other"}']
  expect(await ask()).toEqual(names)
  expect(await ask(new Matcher('=', 'cluster', 'c'))).toEqual(names)
  expect(await ask(new Matcher('=', 'cluster', 'd'))).toEqual([])
})

test('an answer of samples over the limit is refused, one that streams is not', async () => {
  const server = serverOf(await storeOf(STORED), { maxSamples: 100 })
  const query = { startMs: 0, endMs: 1e15, matchers: ALL }
  await expect(readingFrom(server, 'samples').fetch(query, HINTS)).rejects.toThrow(
    'exceeded sample limit (100)',
  )
  expect(await readingFrom(server, 'stream').fetch(query, HINTS)).toHaveLength(3)
  expect(server.stats.running).toBe(0)
})

test('any request is answered or refused in words', async () => {
  const server = serverOf(await storeOf(STORED))
  const refused = async (body: Uint8Array): Promise<string> =>
    server.read(body).then(
      (answer) => answer.kind,
      (error: { code?: string }) => error.code ?? 'no code',
    )
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
      expect(await refused(snappyEncode(bytes))).toMatch(
        /^(samples|stream|proto\/.*|remote\/.*|model\/.*)$/,
      )
      expect(await refused(bytes)).toMatch(/^(samples|stream|snappy\/.*|proto\/.*|remote\/.*)$/)
    }),
  )
  const out = new ProtoWriter()
  out.packedUint64(2, [7])
  expect(await refused(snappyEncode(out.bytes()))).toBe('remote/read-request')
  const claimed = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)
  expect(await refused(claimed)).toBe('snappy/too-large')
})

test('a stream that is cut or damaged is refused', async () => {
  const server = serverOf(await storeOf(STORED))
  let whole: Uint8Array = new Uint8Array(0)
  const through = readingFrom(server, 'stream')
  await through.fetch({ startMs: 0, endMs: 1e15, matchers: ALL }, HINTS)
  const damaged = (change: (bytes: Uint8Array) => Uint8Array): ReadClient =>
    new ReadClient(
      clientOf(async ({ body }) => {
        const answer = await server.read(body!)
        whole = answer.kind === 'stream' ? await bytesOf(answer.frames) : answer.body
        return { type: 'application/x-streamed-protobuf', body: change(whole) }
      }),
      world.clock,
      { name: 'peer', url: 'http://peer/', timeoutMs: 1000, headers: [], userAgent: 'test' },
    )
  const query = { startMs: 0, endMs: 1e15, matchers: ALL }
  for (let cut = 1; cut < 60; cut++) {
    const client = damaged((bytes) => bytes.subarray(0, bytes.length - cut))
    await expect(client.fetch(query, HINTS), `${cut} bytes less`).rejects.toThrow(
      /frame is damaged/,
    )
  }
  const flipped = damaged((bytes) => bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1))
  await expect(flipped.fetch(query, HINTS)).rejects.toThrow(/damaged/)
})

test('series of several places are one, and of one time the first place has the sample', () => {
  const sample = fc.tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.constantFrom(1, 2, NaN, STALE, HISTOGRAM),
  )
  const series = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.array(sample, { minLength: 1 }))
  const place = fc.uniqueArray(series, { selector: ([name]) => name })
  fc.assert(
    fc.property(fc.array(place, { maxLength: 3 }), (places) => {
      const want = new Map<string, Map<number, number | NativeHistogram>>()
      const groups = places.map((all) =>
        groupsOf(
          all.map(([name, samples]) => {
            const own = new Map([...samples].sort(([a], [b]) => a - b))
            const known = want.get(name) ?? new Map<number, number | NativeHistogram>()
            for (const [t, v] of own) if (!known.has(t)) known.set(t, v)
            want.set(name, known)
            return columns({ __name__: name }, [...own])
          }),
        ),
      )
      const reader = new SeriesReader()
      const found = mergedGroups(groups).flatMap((group) =>
        Array.from({ length: group.seriesCount }, (_, at) => {
          const one = { group, series: at, labels: group.labels(at) }
          return { labels: one.labels, ...reader.read(one, 0, 1e15) }
        }),
      )
      const wanted = [...want].map(([name, samples]) =>
        columns(
          { __name__: name },
          [...samples].sort(([a], [b]) => a - b),
        ),
      )
      expect(found).toHaveLength(wanted.length)
      expect(shown(found)).toEqual(shown(wanted))
    }),
  )
})

test('a series that is downsampled in one place keeps its counts, and others stand for themselves', () => {
  const spans = [{ fromMs: 5, toMs: 10, stepMs: 5 }]
  const thin: SeriesGroup = {
    times: Float64Array.of(5, 10),
    seriesCount: 1,
    labels: () => Labels.from({ __name__: 'a' }),
    readValues(_, out) {
      out.set([ABSENT, 7])
      return Column.specials
    },
    readHistograms() {},
    downsampled: {
      spans,
      readCounts: (_, out) => out.set([0, 4]),
      readLost: (_, out) => out.set([0, 2]),
    },
  }
  const other = columns({ __name__: 'a' }, [
    [1, 3],
    [4, STALE],
    [10, 9],
  ])
  const [group] = mergedGroups([[thin], groupsOf([other])])
  const { downsampled, times } = group!
  expect([...times]).toEqual([1, 4, 5, 10])
  expect(downsampled!.spans).toEqual(spans)
  const out = new Float64Array(4)
  downsampled!.readCounts(0, out)
  expect([...out]).toEqual([1, 0, 0, 4])
  downsampled!.readLost(0, out)
  expect([...out]).toEqual([0, 0, 0, 2])
})

function splitOver(
  own: Tsdb,
  source: Partial<ReadSource>,
  more: Partial<ReadPlace> = {},
): SplitQueryable {
  const place: ReadPlace = {
    source: { name: 'other', fetch: async () => [], close() {}, ...source },
    readsRecent: false,
    marginMs: 0,
    requiredMatchers: [],
    externalLabels: Labels.EMPTY,
    ...more,
  }
  return new SplitQueryable({
    local: (minMs, maxMs) => own.querier(minMs, maxMs),
    places: () => [place],
    boundaryMs: () => 3000,
    log: silentLogger,
  })
}

test('older samples come from the other place, and the answer says so', async () => {
  const own = await storeOf([columns({ __name__: 'a' }, [[3000, 3]])])
  const asked: string[] = []
  const split = splitOver(
    own,
    {
      fetch: async ({ startMs, endMs, matchers }) => {
        asked.push(`${startMs} ${endMs} ${matchers.join()}`)
        return [columns({ __name__: 'a', cluster: 'c' }, [[1000, 1]])]
      },
    },
    { externalLabels: Labels.from({ cluster: 'c' }) },
  )
  const querier = split.querier(500, 4000)
  expect(await selected(querier)).toEqual({ a: '1000:1 3000:3' })
  expect(asked).toEqual(['500 2999 __name__!="",cluster="c"'])
  expect((await querier.select(ALL, HINTS)).infos).toEqual([
    'samples up to 1970-01-01T00:00:02.999Z come from other',
  ])
  expect(await selected(split.querier(3000, 4000))).toEqual({ a: '3000:3' })
  expect(asked).toHaveLength(2)
})

test('a place that fails is missing from the answer with a warning', async () => {
  const own = await storeOf([columns({ __name__: 'a' }, [[3000, 3]])])
  const split = splitOver(own, { fetch: () => Promise.reject(new Error('broken pipe')) })
  const { groups, warnings } = await split.querier(0, 4000).select(ALL, HINTS)
  expect(groups).toHaveLength(1)
  expect(warnings).toEqual([
    'remote read of other failed, the answer lacks its samples: broken pipe',
  ])
})

test('a place with required matchers is asked only by queries that have them', async () => {
  let count = 0
  const split = splitOver(
    await storeOf([]),
    { fetch: async () => (count++, []) },
    { requiredMatchers: [['job', 'x']], readsRecent: true },
  )
  const ask = async (...matchers: Matcher[]): Promise<number> => {
    await split.querier(5000, 6000).select(matchers, HINTS)
    return count
  }
  expect(await ask(...ALL)).toBe(0)
  expect(await ask(new Matcher('=~', 'job', 'x'))).toBe(0)
  expect(await ask(new Matcher('=', 'job', 'x'))).toBe(1)
})

test('exports of VictoriaMetrics and matrices of a query API become series', async () => {
  const requests: string[] = []
  const source = (api: 'export' | 'query', body: string): EngineSource =>
    new EngineSource(
      clientOf(async ({ url, body: form }) => {
        requests.push(url)
        expect(form).toBeUndefined()
        return { type: 'application/json', body: new TextEncoder().encode(body) }
      }),
      world.clock,
      { name: 'vm', url: 'http://vm', api, timeoutMs: 1000, headers: [], userAgent: 'test' },
    )
  const query = { startMs: 1000, endMs: 4000, matchers: [new Matcher('=', 'a', '"x')] }
  const lines =
    '{"metric":{"__name__":"m"},"values":[1,null],"timestamps":[1000,2000]}\n\n' +
    '{"metric":{"__name__":"m"},"values":["Infinity"],"timestamps":[4000]}'
  expect(shown(await source('export', lines).fetch(query))).toEqual({
    m: '1000:1 2000:stale 4000:Infinity',
  })
  const matrix = '{"data":{"result":[{"metric":{"__name__":"m"},"values":[[0.9,"9"],[1,"1e3"]]}]}}'
  expect(shown(await source('query', matrix).fetch(query))).toEqual({ m: '1000:1000' })
  expect(requests).toEqual([
    'http://vm/api/v1/export?match%5B%5D=%7Ba%3D%22%5C%22x%22%7D&start=1&end=4',
    'http://vm/api/v1/query?query=%7Ba%3D%22%5C%22x%22%7D%5B3001ms%5D&time=4',
  ])
  await expect(source('export', '{"metric"').fetch(query)).rejects.toThrow('no JSON')
  const histogram = '{"data":{"result":[{"metric":{},"histograms":[[1,{}]]}]}}'
  await expect(source('query', histogram).fetch(query)).rejects.toThrow('native histograms')
})
