import { OutsideError, silentLogger, UserError } from '@pharos/base'
import { SimClock } from '@pharos/base/sim'
import { createHttpServer, type HttpServer } from '@pharos/http'
import { Labels } from '@pharos/model'
import type { QueryOptions } from '@pharos/promql'
import { expect, test } from 'vitest'
import type { ApiServices, QueryEngine } from './api-services.ts'
import { registerApi } from './register-api.ts'
import { answer, engineOf, quietServices, SCALAR } from './testing/quiet-services.ts'

function failing(error: Error): Partial<ApiServices> {
  return { engine: engineOf(() => Promise.reject(error)) }
}

function serverWith(change: Partial<ApiServices> = {}): HttpServer {
  const clock = new SimClock(1_435_781_451_781)
  const server = createHttpServer({
    log: silentLogger,
    clock,
    address: '127.0.0.1:0',
    allowedHosts: 'any',
  })
  registerApi(server.app, { ...quietServices(clock), ...change })
  return server
}

async function get(url: string, change: Partial<ApiServices> = {}): Promise<[number, string]> {
  const reply = await serverWith(change).app.inject({ url })
  return [reply.statusCode, reply.body]
}

async function send(method: 'POST' | 'PUT', url: string, change: Partial<ApiServices> = {}) {
  const reply = await serverWith(change).app.inject({ method, url })
  return [reply.statusCode, reply.body]
}

test('an answer is the reference’s JSON in its order', async () => {
  expect(await get('/api/v1/query?query=1')).toEqual([
    200,
    '{"status":"success","data":{"resultType":"scalar","result":[1435781451.781,"1"]}}',
  ])
  const notes = { warnings: ['w <1>'], infos: ['i'] }
  const withNotes = { engine: engineOf(() => Promise.resolve(answer(SCALAR, notes))) }
  expect((await get('/api/v1/query?query=1', withNotes))[1]).toBe(
    '{"status":"success","data":{"resultType":"scalar","result":[1435781451.781,"1"]},"warnings":["w \\u003c1\\u003e"],"infos":["i"]}',
  )
  const [, stats] = await get('/api/v1/query?query=1&stats=all')
  expect(JSON.parse(stats)).toMatchObject({
    data: { stats: { samples: { totalQueryableSamples: 3, peakSamples: 2 } } },
  })
})

test('what is wrong has the reference’s type, code and words', async () => {
  const check = async (url: string, status: number, type: string, message: string, change = {}) => {
    const [code, body] = await get(url, change)
    expect(JSON.parse(body), url).toEqual({ status: 'error', errorType: type, error: message })
    expect(code, url).toBe(status)
  }
  const range = '/api/v1/query_range?query=1'
  await check(
    '/api/v1/query?query=1&time=x',
    400,
    'bad_data',
    `invalid parameter "time": invalid time value for 'time': cannot parse "x" to a valid timestamp`,
  )
  await check(
    '/api/v1/query?query=1&limit=x',
    400,
    'bad_data',
    'invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax',
  )
  await check(
    '/api/v1/query?query=1&timeout=x',
    400,
    'bad_data',
    'invalid parameter "timeout": cannot parse "x" to a valid duration',
  )
  await check(
    '/api/v1/query?query=1&lookback_delta=x',
    400,
    'bad_data',
    'error parsing lookback delta duration: cannot parse "x" to a valid duration',
  )
  await check(
    range,
    400,
    'bad_data',
    'invalid parameter "start": cannot parse "" to a valid timestamp',
  )
  await check(
    `${range}&start=2&end=1&step=1`,
    400,
    'bad_data',
    'invalid parameter "end": end timestamp must not be before start time',
  )
  await check(
    `${range}&start=0&end=1&step=0`,
    400,
    'bad_data',
    'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
  )
  await check(
    `${range}&start=0&end=11001&step=1`,
    400,
    'bad_data',
    'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
  )
  await check(
    '/api/v1/format_query?query=(',
    400,
    'bad_data',
    'invalid parameter "query": 1:2: parse error: unclosed left parenthesis',
  )
  await check('/api/v1/series', 400, 'bad_data', 'no match[] parameter provided')
  await check(
    '/api/v1/series?match[]=a[',
    400,
    'bad_data',
    'invalid parameter "match[]": 1:2: parse error: unexpected "["',
  )
  await check(
    '/api/v1/labels?match[]={}',
    400,
    'bad_data',
    'match[] must contain at least one non-empty matcher',
  )
  await check('/api/v1/metadata?limit=x', 400, 'bad_data', 'limit must be a number')
  await check('/api/v1/status/tsdb?limit=0', 400, 'bad_data', 'limit must be a positive number')
  await check('/api/v1/targets/relabel_steps', 400, 'bad_data', 'no scrapePool parameter provided')
  const query = '/api/v1/query?query=1'
  await check(
    query,
    400,
    'bad_data',
    'invalid parameter "query": 1:1: parse error: x',
    failing(new UserError('promql/parse', '1:1: parse error: x')),
  )
  await check(
    query,
    422,
    'execution',
    'found duplicate series',
    failing(new UserError('promql/execution', 'found duplicate series')),
  )
  await check(
    query,
    422,
    'execution',
    'too many',
    failing(new UserError('promql/too-many-samples', 'too many')),
  )
  await check(
    query,
    503,
    'timeout',
    'query timed out',
    failing(new UserError('promql/timeout', 'query timed out')),
  )
  await check(query, 499, 'canceled', 'gone', failing(new UserError('promql/canceled', 'gone')))
  await check(query, 500, 'internal', 'disk', failing(new OutsideError('disk/read', 'disk')))
})

test('our own mistakes are told without details', async () => {
  expect(await get('/api/v1/query?query=1', failing(new TypeError('secret of ours')))).toEqual([
    500,
    'internal server error\n',
  ])
})

test('11,000 steps make 11,001 points and are allowed', async () => {
  const [status] = await get('/api/v1/query_range?query=1&start=0&end=11000&step=1')
  expect(status).toBe(200)
})

test('a request may ask for less time, not for more, and for its own lookback', async () => {
  const seen: QueryOptions[] = []
  const engine = engineOf((_query, options) => {
    seen.push(options)
    return Promise.resolve(answer(SCALAR))
  })
  await get('/api/v1/query?query=1&timeout=5s&lookback_delta=30', { engine })
  await get('/api/v1/query?query=1&timeout=1h', { engine })
  expect(seen.map(({ timeoutMs, lookbackMs }) => [timeoutMs, lookbackMs])).toEqual([
    [5_000, 30_000],
    [120_000, undefined],
  ])
})

test('form fields come before those of the URL', async () => {
  const seen: string[] = []
  const engine = engineOf((query) => {
    seen.push(query)
    return Promise.resolve(answer(SCALAR))
  })
  await serverWith({ engine }).app.inject({
    method: 'POST',
    url: '/api/v1/query?query=url',
    payload: 'query=body',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect(seen).toEqual(['body'])
})

test('times are seconds or RFC 3339', async () => {
  const check = async (time: string, result: string | undefined) => {
    const engine: QueryEngine = {
      ...engineOf(() => Promise.resolve(answer(SCALAR))),
      instant: (_query, timeMs) => Promise.resolve(answer({ type: 'scalar', timeMs, value: 0 })),
    }
    const [, body] = await get(`/api/v1/query?query=1&time=${encodeURIComponent(time)}`, { engine })
    expect(/"result":\[([^,]*),/.exec(body)?.[1], time).toBe(result)
  }
  await check('1435781451.781', '1435781451.781')
  await check('1.4357814517819e9', '1435781451.782')
  await check('-1.0006', '-1.001')
  await check('2015-07-01T20:10:51.781Z', '1435781451.781')
  await check('2015-07-01T22:10:51.781999+02:00', '1435781451.781')
  for (const bad of [
    '2015-02-30T00:00:00Z',
    '2015-13-01T00:00:00Z',
    '2015-07-01',
    'Inf',
    'NaN',
    'now',
  ])
    await check(bad, undefined)
})

test('long results go out in chunks, whole and in order', async () => {
  const times = Float64Array.from({ length: 11_001 }, (_, i) => i * 1000)
  const series = Array.from({ length: 20 }, (_, i) => ({
    labels: Labels.from({ n: String(i) }),
    times,
    values: times,
    histograms: undefined,
  }))
  const engine = engineOf(() => Promise.resolve(answer({ type: 'matrix', series })))
  const [status, body] = await get('/api/v1/query_range?query=1&start=0&end=1&step=1', { engine })
  expect(status).toBe(200)
  const { data } = JSON.parse(body) as { data: { result: { values: [number, string][] }[] } }
  expect(data.result.map(({ values }) => values.length)).toEqual(series.map(() => 11_001))
  expect(data.result[19]!.values[11_000]).toEqual([11_000, '11000000'])
})

test('a client that hangs up aborts its query', async () => {
  const server = serverWith({
    engine: engineOf(
      (_query, { signal }) =>
        new Promise((_resolve, reject) => {
          signal!.addEventListener('abort', () => {
            aborted(undefined)
            reject(new UserError('promql/canceled', 'gone'))
          })
          started(undefined)
        }),
    ),
  })
  let started: (value: undefined) => void = () => undefined
  let aborted: (value: undefined) => void = () => undefined
  const hasStarted = new Promise((resolve) => (started = resolve))
  const wasAborted = new Promise((resolve) => (aborted = resolve))
  await server.listen()
  const client = new AbortController()
  const asking = server.app.server.address()
  const port = typeof asking === 'object' && asking !== null ? asking.port : 0
  const { request } = await import('node:http')
  const call = request({ port, path: '/api/v1/query?query=1', signal: client.signal })
  call.on('error', () => undefined)
  call.end()
  await hasStarted
  client.abort()
  await wasAborted
  await server.close()
})

test('warnings of the store reach the answer, once each', async () => {
  const [, body] = await get('/api/v1/series?match[]=a&match[]=b')
  expect(body).toBe('{"status":"success","data":[],"warnings":["half of it is missing"]}')
})

test('nothing is answered before the server is ready, except that it lives', async () => {
  const starting: Partial<ApiServices> = { readiness: () => 'starting' }
  expect(await get('/api/v1/query?query=1', starting)).toEqual([503, 'Service Unavailable'])
  expect(await get('/federate', starting)).toEqual([503, 'Service Unavailable'])
  expect(await get('/-/ready', starting)).toEqual([503, 'Service Unavailable'])
  expect(await get('/-/healthy', starting)).toEqual([200, 'Prometheus Server is Healthy.\n'])
  expect(await get('/-/ready')).toEqual([200, 'Prometheus Server is Ready.\n'])
  const stopping = await serverWith({ readiness: () => 'stopping' }).app.inject('/-/ready')
  expect(stopping.headers['x-prometheus-stopping']).toBe('true')
})

test('reload and quit work when they are enabled and say so when they are not', async () => {
  expect(await send('POST', '/-/reload')).toEqual([403, 'Lifecycle API is not enabled.'])
  expect(await send('PUT', '/-/quit')).toEqual([403, 'Lifecycle API is not enabled.'])
  expect(await get('/-/quit')).toEqual([405, 'Only POST or PUT requests allowed'])
  let asked = 0
  const enabled: Partial<ApiServices> = { enableLifecycle: true, quit: () => void asked++ }
  expect(await send('POST', '/-/reload', enabled)).toEqual([200, ''])
  expect(await send('POST', '/-/quit', enabled)).toEqual([
    200,
    'Requesting termination... Goodbye!',
  ])
  expect(asked).toBe(1)
  const reload = () => Promise.reject(new UserError('config/yaml', 'line 3 is odd'))
  expect(await send('POST', '/-/reload', { ...enabled, reload })).toEqual([
    500,
    'failed to reload config: line 3 is odd\n',
  ])
})

test('status pages have the reference’s fields', async () => {
  const data = async (path: string) => (await get(`/api/v1/${path}`))[1].slice(27, -1)
  expect(await data('status/flags')).toBe('{"web.a":"1","web.b":"\\u003cx\\u003e"}')
  expect(await data('status/config')).toBe('{"yaml":"global: {}\\n"}')
  expect(await data('status/walreplay')).toBe('{"min":0,"max":2,"current":1}')
  expect(await data('status/runtimeinfo')).toBe(
    '{"startTime":"1970-01-01T00:00:00Z","CWD":"/w","hostname":"h","serverTime":"2015-07-01T20:10:51.781Z","reloadConfigSuccess":true,"lastConfigTime":"1970-01-01T00:00:01.5Z","corruptionCount":0,"goroutineCount":4,"GOMAXPROCS":2,"GOMEMLIMIT":5,"GOGC":"","GODEBUG":"","storageRetention":"15d"}',
  )
  expect(await data('status/tsdb')).toBe(
    '{"headStats":{"numSeries":2,"numLabelPairs":3,"chunkCount":4,"minTime":5,"maxTime":6},"seriesCountByMetricName":[{"name":"up","value":2}],"labelValueCountByLabelName":[],"memoryInBytesByLabelName":[],"seriesCountByLabelValuePair":[]}',
  )
  expect(JSON.parse(await data('features'))).toMatchObject({
    promql: { fill: true, offset: true },
    tsdb: { isolation: true },
  })
  expect(await data('rules')).toBe('{"groups":[]}')
  expect(await data('alerts')).toBe('{"alerts":[]}')
})

test('a tree is shown with the reference’s names', async () => {
  const [, body] = await get(
    `/api/v1/parse_query?query=${encodeURIComponent('sum by (a) (b{c="d"} offset 5m) > 1')}`,
  )
  expect(body).toBe(
    '{"status":"success","data":{"bool":false,"lhs":{"expr":{"anchored":false,"matchers":[{"name":"c","type":"=","value":"d"},{"name":"__name__","type":"=","value":"b"}],"name":"b","offset":300000,"offsetExpr":null,"smoothed":false,"startOrEnd":null,"timestamp":null,"type":"vectorSelector"},"grouping":["a"],"op":"sum","param":null,"type":"aggregation","without":false},"matching":null,"op":"\\u003e","rhs":{"type":"numberLiteral","val":"1"},"type":"binaryExpr"}}',
  )
})

test('unknown paths and methods are refused in plain text', async () => {
  expect(await get('/api/v1/nothing')).toEqual([404, '404 page not found\n'])
  expect(await send('PUT', '/api/v1/labels')).toEqual([405, 'Method Not Allowed\n'])
})

async function batch(body: unknown, change: Partial<ApiServices> = {}): Promise<[number, string]> {
  const reply = await serverWith(change).app.inject({
    method: 'POST',
    url: '/api/v1/query_batch',
    payload: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return [reply.statusCode, reply.body]
}

test('a batch answers each query with a line as it is done, failures too', async () => {
  const seen: unknown[] = []
  let letSlowGo: (value: undefined) => void = () => undefined
  const slow = new Promise((resolve) => (letSlowGo = resolve))
  const engine: QueryEngine = {
    instant: async (query, timeMs, options = {}) => {
      seen.push([query, timeMs, options.lookbackMs])
      if (query === 'slow') await slow
      // The fifth starts when one of the first four is done.
      if (query === 'fifth') letSlowGo(undefined)
      if (query === 'bad') throw new UserError('promql/parse', '1:1: parse error: x')
      return answer({ type: 'scalar', timeMs, value: 2 })
    },
    range: (query, startMs, endMs, stepMs) => {
      seen.push([query, startMs, endMs, stepMs])
      return Promise.resolve(answer(SCALAR))
    },
  }
  const [status, body] = await batch(
    {
      lookback_delta: '30s',
      queries: [
        { id: 'a', query: 'slow', time: 3 },
        { id: 'b', query: 'bad', time: '2015-07-01T20:10:51.781Z', lookback_delta: 60 },
        { id: 'c', query: 'up', start: 1, end: 2, step: '1s' },
        { id: 'd', query: 'up', start: 2, end: 1, step: 1 },
        { id: 'e', query: 'fifth', time: 4 },
      ],
    },
    { engine },
  )
  expect(status).toBe(200)
  const lines = body.trimEnd().split('\n')
  expect(lines.map((line) => line.slice(0, 9)).sort()).toEqual(
    ['a', 'b', 'c', 'd', 'e'].map((id) => `{"id":"${id}"`),
  )
  expect(
    lines.indexOf('{"id":"a","status":"success","data":{"resultType":"scalar","result":[3,"2"]}}'),
  ).toBeGreaterThan(0)
  expect(lines).toContain(
    '{"id":"b","status":"error","errorType":"bad_data","error":"invalid parameter \\"query\\": 1:1: parse error: x"}',
  )
  expect(lines).toContain(
    '{"id":"d","status":"error","errorType":"bad_data","error":"invalid parameter \\"end\\": end timestamp must not be before start time"}',
  )
  expect(seen).toEqual([
    ['slow', 3000, 30_000],
    ['bad', 1_435_781_451_781, 60_000],
    ['up', 1000, 2000, 1000],
    ['fifth', 4000, 30_000],
  ])
})

test('a batch that is no batch says where it is wrong', async () => {
  const check = async (body: unknown, message: string) => {
    const [status, text] = await batch(body)
    expect(JSON.parse(text)).toEqual({ status: 'error', errorType: 'bad_data', error: message })
    expect(status).toBe(400)
  }
  await check([], 'the body must be a JSON object with a list "queries"')
  await check({ queries: {} }, 'the body must be a JSON object with a list "queries"')
  await check({ queries: [1] }, 'queries[0]: wants an object, has a number')
  await check({ queries: [{ query: 'up' }] }, 'queries[0].id: wants a text, has nothing')
  await check({ queries: [{ id: 'a' }, { id: 'a' }] }, 'queries[1].id: "a" stands there twice')
  await check(
    { queries: [{ id: 'a', query: ['up'] }] },
    'queries[0].query: wants a text or a number, has a list',
  )
  await check(
    { queries: Array.from({ length: 501 }, () => ({})) },
    'a batch has at most 500 queries, this one has 501',
  )
  const [status, text] = await batch('{"queries":[')
  expect([status, JSON.parse(text)]).toMatchObject([400, { errorType: 'bad_data' }])
})

test('the routes that are asked most give the same answers with and without Fastify', async () => {
  const labels = (): Promise<{ values: string[]; warnings: string[] }> =>
    Promise.resolve({ values: ['a', 'b<c'], warnings: [] })
  const querier = () => ({
    select: () => Promise.resolve({ groups: [], warnings: ['half of it is missing'] }),
    labelNames: labels,
    labelValues: labels,
    close: () => undefined,
  })
  let readiness: 'ready' | 'stopping' = 'ready'
  const change: Partial<ApiServices> = {
    queryable: { querier },
    readiness: () => readiness,
    engine: engineOf((query) => {
      if (query === 'full') return Promise.reject(new UserError('promql/queue-full', 'no more'))
      if (query === 'bad') return Promise.reject(new UserError('promql/parse', 'bad <query>'))
      if (query === 'bug') return Promise.reject(new Error('secret'))
      return Promise.resolve(answer(SCALAR, { warnings: ['w'] }))
    }),
  }
  const clock = new SimClock(1_435_781_451_781)
  const server = createHttpServer({
    log: silentLogger,
    clock,
    address: '127.0.0.1:0',
    allowedHosts: 'any',
  })
  const services = { ...quietServices(clock), ...change }
  await server.app.register(
    async (scope) => registerApi(scope, services, { routes: server.direct, prefix: '/p' }),
    { prefix: '/p' },
  )
  await server.listen()
  const paths = [
    'query?query=1',
    'query?query=full',
    'query?query=bad&time=1',
    'query?query=bug',
    'query?query=1&time=x',
    'query_range?query=1&start=0&end=10&step=5',
    'query_range?query=1&start=0&end=10',
    'labels?limit=1',
    'label/job/values',
    'label/a%20b/values',
    'label/U__a_20_b/values',
    'series?match[]=up',
    'series',
  ]
  const sent = { 'accept-encoding': 'identity' }
  for (readiness of ['ready', 'stopping'] as const) {
    for (const path of paths) {
      const url = `/p/api/v1/${path}`
      const long = await server.app.inject({ url, headers: sent })
      const direct = await fetch(`http://127.0.0.1:${server.port}${url}`, { headers: sent })
      const got = [direct.status, await direct.text(), direct.headers.get('retry-after')]
      const wanted = [long.statusCode, long.body, long.headers['retry-after'] ?? null]
      expect(got, `${readiness} ${path}`).toEqual(wanted)
      const type = (text: unknown): unknown => String(text).split(';')[0]
      expect(type(direct.headers.get('content-type')), path).toBe(
        type(long.headers['content-type']),
      )
      for (const name of ['x-content-type-options', 'referrer-policy', 'x-frame-options'])
        expect(direct.headers.get(name), `${name} of ${path}`).toBe(long.headers[name])
    }
  }
  await server.close()
})
