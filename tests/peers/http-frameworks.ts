// The same small service in each web framework: a route with a parameter, one that makes something, one that throws.
import Fastify from 'fastify'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RequestMetrics } from '@pharos/kits-http'
import { expressMetrics } from '@pharos/kits-http/express'
import { fastifyMetrics } from '@pharos/kits-http/fastify'
import { type HonoMiddleware, honoMetrics } from '@pharos/kits-http/hono'
import { koaMetrics } from '@pharos/kits-http/koa'
import { nestMetrics } from '@pharos/kits-http/nest'
import { peer } from './peers.ts'

export interface Running {
  readonly url: string
  close(): Promise<void>
}

async function listening(server: Server): Promise<Running> {
  if (!server.listening) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

interface ExpressReply {
  status(code: number): ExpressReply
  send(body: string): void
  end(): void
}

type ExpressHandler = (request: unknown, reply: ExpressReply) => void

interface Express extends RequestListener {
  use(...parts: readonly unknown[]): void
  get(path: string, handler: ExpressHandler): void
  post(path: string, handler: ExpressHandler): void
}

async function startExpress(metrics: RequestMetrics): Promise<Running> {
  const { default: express } = await peer<{ default: (() => Express) & { Router(): Express } }>(
    'express',
  )
  const app = express()
  app.use(expressMetrics(metrics))
  const router = express.Router()
  router.get('/:id', (_request, reply) => reply.send('user'))
  app.use('/users', router)
  app.post('/items', (_request, reply) => reply.status(201).send('made'))
  app.get('/broken', () => {
    throw new Error('planted')
  })
  app.use((_error: unknown, _request: unknown, reply: ExpressReply, _next: unknown) =>
    reply.status(500).end(),
  )
  return listening(createServer(app))
}

async function startFastify(metrics: RequestMetrics): Promise<Running> {
  const app = Fastify()
  fastifyMetrics(app, metrics)
  app.get('/users/:id', async () => 'user')
  app.post('/items', async (_request, reply) => reply.code(201).send('made'))
  app.get('/broken', async () => {
    throw new Error('planted')
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { url, close: () => app.close() }
}

interface KoaContext {
  readonly path: string
  readonly method: string
  _matchedRoute?: string
  status: number
  body: string
}

interface Koa {
  silent: boolean
  use(middleware: unknown): void
  callback(): RequestListener
}

async function startKoa(metrics: RequestMetrics): Promise<Running> {
  const { default: Application } = await peer<{ default: new () => Koa }>('koa')
  const app = new Application()
  app.silent = true
  app.use(koaMetrics(metrics))
  // What @koa/router does, in short: it notes the template on the context.
  app.use(async (context: KoaContext) => {
    const { path, method } = context
    if (method === 'GET' && path.startsWith('/users/')) {
      context._matchedRoute = '/users/:id'
      context.body = 'user'
    } else if (method === 'POST' && path === '/items') {
      context._matchedRoute = '/items'
      context.status = 201
      context.body = 'made'
    } else if (path === '/broken') {
      context._matchedRoute = '/broken'
      throw new Error('planted')
    }
  })
  return listening(createServer(app.callback()))
}

interface HonoContext {
  text(body: string, status?: number): Response
  body(body: string, status: number, headers: Readonly<Record<string, string>>): Response
}

export interface Hono {
  readonly fetch: unknown
  use(path: string, middleware: HonoMiddleware): void
  get(path: string, handler: (context: HonoContext) => Response): void
  post(path: string, handler: (context: HonoContext) => Response): void
  onError(handler: (error: Error, context: HonoContext) => Response): void
  request(path: string, options: RequestInit): Promise<Response>
}

export async function newHono(): Promise<Hono> {
  const { Hono } = await peer<{ Hono: new () => Hono }>('hono')
  return new Hono()
}

async function startHono(metrics: RequestMetrics): Promise<Running> {
  const app = await newHono()
  const node = await peer<{ serve(options: object, listening: () => void): Server }>(
    '@hono/node-server',
  )
  app.use('*', honoMetrics(metrics))
  app.get('/users/:id', (context) => context.text('user'))
  app.post('/items', (context) => context.text('made', 201))
  app.get('/broken', () => {
    throw new Error('planted')
  })
  app.onError((_error, context) => context.text('', 500))
  return new Promise((resolve) => {
    const server = node.serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
      resolve(listening(server)),
    )
  })
}

type Decorator = (target: object, name?: string, property?: PropertyDescriptor) => void

interface Nest {
  use(middleware: ReturnType<typeof expressMetrics>): unknown
  getHttpAdapter(): { getType(): string; getInstance(): unknown }
  listen(port: number, host: string): Promise<unknown>
  getUrl(): Promise<string>
  close(): Promise<void>
}

class Shop {
  user(): string {
    return 'user'
  }
  make(): string {
    return 'made'
  }
  broken(): string {
    throw new Error('planted')
  }
}

/** Nest wants decorators, which TypeScript that Node runs does not have: they are called. */
async function startNest(metrics: RequestMetrics, platform: string): Promise<Running> {
  await peer('reflect-metadata')
  const common = await peer<
    Readonly<Record<'Controller' | 'Get' | 'Post', (path: string) => Decorator>> & {
      Module(parts: object): Decorator
    }
  >('@nestjs/common')
  const { NestFactory } = await peer<{
    NestFactory: { create(module: object, ...more: readonly unknown[]): Promise<Nest> }
  }>('@nestjs/core')
  const adapters = await peer<Readonly<Record<string, new () => object>>>(
    `@nestjs/platform-${platform}`,
  )
  const Adapter = adapters[platform === 'express' ? 'ExpressAdapter' : 'FastifyAdapter']!
  const decorate = (decorator: Decorator, name: keyof Shop): void =>
    decorator(Shop.prototype, name, Object.getOwnPropertyDescriptor(Shop.prototype, name))
  common.Controller('/')(Shop)
  decorate(common.Get('users/:id'), 'user')
  decorate(common.Post('items'), 'make')
  decorate(common.Get('broken'), 'broken')
  class ShopModule {}
  common.Module({ controllers: [Shop] })(ShopModule)
  const app = await NestFactory.create(ShopModule, new Adapter(), { logger: false })
  nestMetrics(app, metrics)
  await app.listen(0, '127.0.0.1')
  return { url: await app.getUrl(), close: () => app.close() }
}

export const FRAMEWORKS: Readonly<Record<string, (metrics: RequestMetrics) => Promise<Running>>> = {
  express: startExpress,
  fastify: startFastify,
  koa: startKoa,
  hono: startHono,
  'nest on express': (metrics) => startNest(metrics, 'express'),
  'nest on fastify': (metrics) => startNest(metrics, 'fastify'),
}
