import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { recordRoutes, routesOf } from './routes-of.ts'

const shown = (app: unknown): string =>
  routesOf(app)
    .map(({ method, path }) => `${method} ${path}`)
    .join(', ')

const all = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}`, true]))

/** The shapes as they were seen in express 4.22 and 5.3, koa 3 with @koa/router 15, and hono 4.13. */
test('Express: routes of the application, of routers below it, and of several methods', () => {
  const get = (path: unknown, methods: object = { get: true }): object => ({
    route: { path, methods },
  })
  const inner = Object.assign(() => {}, { stack: [get('/ping')] })
  const common = [
    { handle: () => {} },
    get('/metrics'),
    get('/users/:id', { get: true, post: true }),
    get('/any', all),
    get('/each', { _all: true }),
    get(['/x', '/y']),
    get(/^\/re/),
  ]
  const root = Object.assign(() => {}, { stack: [get('/root')] })
  const fast = Object.assign(/^\/?(?=\/|$)/i, { fast_slash: true })
  const stack = [
    ...common,
    { handle: inner, regexp: /^\/api\/?(?=\/|$)/i },
    { handle: root, regexp: fast },
  ]
  const four = Object.assign(() => {}, { lazyrouter() {}, _router: { stack } })
  Object.defineProperty(four, 'router', {
    get() {
      throw new Error("'app.router' is deprecated!")
    },
  })
  const five = Object.assign(() => {}, {
    router: {
      stack: [
        ...common,
        { handle: inner, rawPath: '/api', slash: false },
        { handle: root, rawPath: '/', slash: true },
      ],
    },
  })
  expect(shown(four)).toBe(
    'GET /^\\/re/, ANY /any, GET /api/ping, ANY /each, GET /metrics, GET /root, GET /users/:id, POST /users/:id, GET /x, GET /y',
  )
  expect(shown(five)).toBe(shown(four))
})

test('Express 4 keeps a mount path with parameters only as a pattern', () => {
  const inner = Object.assign(() => {}, {
    stack: [{ route: { path: '/x', methods: { get: true } } }],
  })
  const layer = {
    handle: inner,
    regexp: /^\/in(?:\/([^/]+?))\/v1\.0\/?(?=\/|$)/i,
    keys: [{ name: 'key' }],
  }
  expect(shown({ stack: [layer] })).toBe('GET /in/:key/v1.0/x')
})

test('Koa: routers are found behind their middleware', () => {
  const router = {
    stack: [
      { path: '/p/metrics', methods: ['HEAD', 'GET'] },
      { path: '/p/(.*)', methods: [] },
      { path: '/p/all', methods: Array.from({ length: 34 }, (_, i) => `M${i}`) },
    ],
  }
  const middleware = [() => {}, Object.assign(() => {}, { router })]
  expect(shown({ middleware })).toBe('ANY /p/all, GET /p/metrics')
  expect(shown(router)).toBe('ANY /p/all, GET /p/metrics')
})

test('Hono: routes without the middleware that stands among them', () => {
  const routes = [
    { path: '/*', method: 'ALL' },
    { path: '/metrics', method: 'GET' },
    { path: '/any', method: 'ALL' },
  ]
  expect(shown({ routes })).toBe('ANY /any, GET /metrics')
})

test('Fastify: recorded as they are added, or read from its tree where that tells the truth', async () => {
  const app = Fastify()
  const recorded = recordRoutes(app)
  app.get('/', async () => '')
  app.get('/metrics', async () => '')
  app.route({ method: ['PUT', 'POST'], url: '/users/:id', handler: async () => '' })
  app.get('/files/*', async () => '')
  await app.register(async (scope) => void scope.get('/in', async () => ''), { prefix: '/api' })
  await app.ready()
  const exact = 'GET /, GET /api/in, GET /metrics, POST /users/:id, PUT /users/:id'
  expect(shown(app)).toBe(exact)
  expect(shown({ routes: recorded() })).toBe(
    exact.replace('GET /metrics', 'GET /files/*, GET /metrics'),
  )
  await app.close()
})

test('anything else is refused, an application without routes is not', () => {
  for (const app of [undefined, null, 5, 'app', {}, () => {}, []])
    expect(() => routesOf(app)).toThrow('routesOf wants an application of')
  expect(routesOf(Object.assign(() => {}, { handle() {}, use() {} }))).toEqual([])
})
